from .augment_config import AnyAugmentConfig as AnyAugmentConfig
from .augment_config import AugmentConfig as AugmentConfig
from .elastic_config import ElasticAugmentConfig as ElasticAugmentConfig
from .gamma_config import GammaAugmentConfig as GammaAugmentConfig
from .intensity_config import IntensityAugmentConfig as IntensityAugmentConfig
from .intensity_scale_shift_config import (
    IntensityScaleShiftAugmentConfig as IntensityScaleShiftAugmentConfig,
)
from .noise_config import NoiseAugmentConfig as NoiseAugmentConfig
from .simple_config import SimpleAugmentConfig as SimpleAugmentConfig
