from .model import Model as Model
from .run import Run as Run
from .run_config import RunConfig as RunConfig
from .training_iteration_stats import TrainingIterationStats as TrainingIterationStats
from .training_stats import TrainingStats as TrainingStats
from .validation_iteration_scores import ValidationIterationScores as ValidationIterationScores
from .validation_scores import ValidationScores as ValidationScores
