"""An Airflow component other than a worker."""

from __future__ import annotations

from modules.core.service import EcsComponent


class Component(EcsComponent):
    """The ECS service of one Airflow component, with its task definition, roles and security group.

    The component is an api-server, scheduler, dag-processor, triggerer, Flower or a standalone Airflow. The arguments
    are those of :class:`modules.core.service.EcsComponent`.

    Example:
        >>> from modules.core.airflow_process import API_SERVER
        >>> from modules.core.service_settings import ServiceSettings, Size
        >>> api_server = Component(stack, "api-server", process=API_SERVER, platform=platform, network=network,
        ...                        settings=ServiceSettings(size=Size(cpu=1024, memory_mib=2048)))
        >>> resource("aws_ecs_task_definition.api_server_task_definition")["memory"]
        '2048'
    """
