from .datasplit import DataSplit as DataSplit
from .datasplit_config import AnyDataSplitConfig as AnyDataSplitConfig
from .datasplit_config import DataSplitConfig as DataSplitConfig
from .train_validate_datasplit import TrainValidateDataSplit as TrainValidateDataSplit
from .train_validate_datasplit_config import (
    TrainValidateDataSplitConfig as TrainValidateDataSplitConfig,
)
