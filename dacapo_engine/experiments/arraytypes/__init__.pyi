from .annotations import AnnotationArray as AnnotationArray
from .arraytype import ArrayType as ArrayType
from .distances import DistanceArray as DistanceArray
from .embedding import EmbeddingArray as EmbeddingArray
from .intensities import IntensitiesArray as IntensitiesArray
from .mask import Mask as Mask
from .probabilities import ProbabilityArray as ProbabilityArray
