from .affinities_predictor import AffinitiesPredictor as AffinitiesPredictor
from .predictor import Predictor as Predictor
