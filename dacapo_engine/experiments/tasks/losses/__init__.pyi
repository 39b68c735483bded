from .affinities_loss import AffinitiesLoss as AffinitiesLoss
from .distance_loss import DistanceLoss as DistanceLoss
from .dummy_loss import DummyLoss as DummyLoss
from .hot_distance_loss import HotDistanceLoss as HotDistanceLoss
from .loss import Loss as Loss
from .mse_loss import MSELoss as MSELoss
from .one_hot_loss import OneHotLoss as OneHotLoss
