from .affinities_loss import AffinitiesLoss as AffinitiesLoss
from .loss import Loss as Loss
from .mse_loss import MSELoss as MSELoss
