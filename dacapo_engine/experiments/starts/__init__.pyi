from .start import Start as Start
from .start_config import AnyStartConfig as AnyStartConfig
from .start_config import StartConfig as StartConfig
from .start_report import LayerReport as LayerReport
from .start_report import StartReport as StartReport
from .weight_matching import match_weights as match_weights
