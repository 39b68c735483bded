from .dummy_trainer import DummyTrainer as DummyTrainer
from .dummy_trainer_config import DummyTrainerConfig as DummyTrainerConfig
from .gp_augments import AugmentConfig as AugmentConfig
from .gunpowder_trainer import GunpowderTrainer as GunpowderTrainer
from .gunpowder_trainer_config import GunpowderTrainerConfig as GunpowderTrainerConfig
from .trainer import Trainer as Trainer
from .trainer_config import AnyTrainerConfig as AnyTrainerConfig
from .trainer_config import TrainerConfig as TrainerConfig
