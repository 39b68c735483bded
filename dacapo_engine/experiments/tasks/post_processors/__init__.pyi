from .argmax_post_processor import ArgmaxPostProcessor as ArgmaxPostProcessor
from .argmax_post_processor_parameters import (
    ArgmaxPostProcessorParameters as ArgmaxPostProcessorParameters,
)
from .dummy_post_processor import DummyPostProcessor as DummyPostProcessor
from .dummy_post_processor_parameters import (
    DummyPostProcessorParameters as DummyPostProcessorParameters,
)
from .post_processor import PostProcessor as PostProcessor
from .post_processor_parameters import PostProcessorParameters as PostProcessorParameters
from .seeded_watershed_post_processor import (
    SeededWatershedPostProcessor as SeededWatershedPostProcessor,
)
from .seeded_watershed_post_processor_parameters import (
    SeededWatershedPostProcessorParameters as SeededWatershedPostProcessorParameters,
)
from .slice_linking_post_processor import (
    SliceLinkingPostProcessor as SliceLinkingPostProcessor,
)
from .slice_linking_post_processor_parameters import (
    SliceLinkingPostProcessorParameters as SliceLinkingPostProcessorParameters,
)
from .threshold_post_processor import (
    HotDistanceThresholdPostProcessor as HotDistanceThresholdPostProcessor,
)
from .threshold_post_processor import ThresholdPostProcessor as ThresholdPostProcessor
from .threshold_post_processor_parameters import (
    ThresholdPostProcessorParameters as ThresholdPostProcessorParameters,
)
from .watershed_post_processor import WatershedPostProcessor as WatershedPostProcessor
from .watershed_post_processor_parameters import (
    WatershedPostProcessorParameters as WatershedPostProcessorParameters,
)
