from .augment_config import AnyAugmentConfig as AnyAugmentConfig
from .augment_config import AugmentConfig as AugmentConfig
from .elastic_config import ElasticAugmentConfig as ElasticAugmentConfig
from .intensity_config import IntensityAugmentConfig as IntensityAugmentConfig
from .simple_config import SimpleAugmentConfig as SimpleAugmentConfig
