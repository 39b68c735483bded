from .affinities_predictor import AffinitiesPredictor as AffinitiesPredictor
from .distance_predictor import DistancePredictor as DistancePredictor
from .dummy_predictor import DummyPredictor as DummyPredictor
from .hot_distance_predictor import HotDistancePredictor as HotDistancePredictor
from .one_hot_predictor import OneHotPredictor as OneHotPredictor
from .predictor import Predictor as Predictor
