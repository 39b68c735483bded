from .affinities_task import AffinitiesTask as AffinitiesTask
from .affinities_task_config import AffinitiesTaskConfig as AffinitiesTaskConfig
from .task import Task as Task
from .task_config import AnyTaskConfig as AnyTaskConfig
from .task_config import TaskConfig as TaskConfig
