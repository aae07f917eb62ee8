"""Partners' APIs, simulated: stateful, strict, with a fault dial. Imports nothing of the product."""

from sandbox.app import create_app
from sandbox.egenta.dials import EgentaDials
from sandbox.kibo.dials import KiboDials
from sandbox.octopia.dials import OctopiaDials
from sandbox.ois.dials import OisDials
from sandbox.server import die_with_parent, serve, serve_in_thread
from sandbox.settings import SandboxConfig
from sandbox.tecsys.dials import TecsysDials
from sandbox.transiteo.dials import TransiteoDials
from sandbox.write_config import ExampleConfig, example_config

__all__ = [
    "EgentaDials",
    "ExampleConfig",
    "KiboDials",
    "OctopiaDials",
    "OisDials",
    "SandboxConfig",
    "TecsysDials",
    "TransiteoDials",
    "create_app",
    "die_with_parent",
    "example_config",
    "serve",
    "serve_in_thread",
]
