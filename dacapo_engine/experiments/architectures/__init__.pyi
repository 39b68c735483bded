from .architecture import Architecture as Architecture
from .architecture_config import AnyArchitectureConfig as AnyArchitectureConfig
from .architecture_config import ArchitectureConfig as ArchitectureConfig
from .cnnectome_unet import CNNectomeUNet as CNNectomeUNet
from .cnnectome_unet_config import CNNectomeUNetConfig as CNNectomeUNetConfig
