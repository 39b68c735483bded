from .post_processor import PostProcessor as PostProcessor
from .post_processor_parameters import PostProcessorParameters as PostProcessorParameters
from .watershed_post_processor import WatershedPostProcessor as WatershedPostProcessor
from .watershed_post_processor_parameters import (
    WatershedPostProcessorParameters as WatershedPostProcessorParameters,
)
