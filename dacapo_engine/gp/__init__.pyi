from .copy_mask import CopyMask as CopyMask
from .dacapo_array_source import DaCapoArraySource as DaCapoArraySource
from .dacapo_target_filter import DaCapoTargetFilter as DaCapoTargetFilter
from .elastic_augment import ElasticAugment as ElasticAugment
from .graph_source import GraphSource as GraphSource
from .intensity_augment import IntensityAugment as IntensityAugment
from .isotropic_simple_augment import IsotropicSimpleAugment as IsotropicSimpleAugment
from .product import Product as Product
