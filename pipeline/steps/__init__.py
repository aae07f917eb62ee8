"""The five steps, one verb a file: pure orchestration over the ports."""

from collections.abc import Callable, Mapping

from pipeline.domain.lifecycle import Step
from pipeline.hand import Hand
from pipeline.steps.acknowledge import acknowledge
from pipeline.steps.context import Context
from pipeline.steps.fetch import fetch
from pipeline.steps.normalize import normalize
from pipeline.steps.push import push
from pipeline.steps.validate import validate

STEPS: Mapping[Step, Callable[[Hand, Context], None]] = {
    Step.FETCH: fetch,
    Step.NORMALIZE: normalize,
    Step.VALIDATE: validate,
    Step.PUSH: push,
    Step.ACKNOWLEDGE: acknowledge,
}
