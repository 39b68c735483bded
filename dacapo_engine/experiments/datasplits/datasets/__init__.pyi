from .dataset import Dataset as Dataset
from .dataset_config import AnyDatasetConfig as AnyDatasetConfig
from .dataset_config import DatasetConfig as DatasetConfig
from .raw_gt_dataset import RawGTDataset as RawGTDataset
from .raw_gt_dataset_config import RawGTDatasetConfig as RawGTDatasetConfig
from .volume_facts import VolumeFacts as VolumeFacts
from .volume_facts import measure_volume as measure_volume
