from .evaluation_scores import EvaluationScores as EvaluationScores
from .evaluator import Evaluator as Evaluator
from .instance_evaluation_scores import InstanceEvaluationScores as InstanceEvaluationScores
from .instance_evaluator import InstanceEvaluator as InstanceEvaluator
