"""The networks a frame at a time with their past as arguments: for comparison with other runtimes.

    python -m mynah_training.stepwise --bench BENCH.json

exports them to ONNX, runs them in onnxruntime on one thread, and compares with what `mynah-lab bench --json`
wrote on the same machine. Needs `requirements-bench.txt`.
"""

import argparse
import io
import json
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from . import config as c
from .model import Mynah
from .networks import CausalConv1d, leaky

HOP_STEPS = c.HOP_SAMPLES // c.SUB_BANDS
PASSES = 5
FRAMES = 400


class Past:
    """Tails of the convolutions, taken and given in the order in which they run."""

    def __init__(self, tails: tuple[Tensor, ...]) -> None:
        """`tails` as the step before gave them."""
        self.tails = iter(tails)
        self.given: list[Tensor] = []

    def step(self, conv: CausalConv1d, x: Tensor) -> Tensor:
        """`conv` on what comes next in time [1, channels, steps]."""
        if conv.left:
            x = torch.cat([next(self.tails), x], dim=2)
            self.given.append(x[..., -conv.left :])
        return nn.functional.conv1d(x, conv.weight, conv.bias, dilation=conv.dilation)


def tails(*modules: nn.Module) -> list[Tensor]:
    """Zeros for every convolution of the modules, in the order in which they run."""
    return [
        torch.zeros(1, conv.in_channels, conv.left)
        for module in modules
        for conv in module.modules()
        if isinstance(conv, CausalConv1d) and conv.left
    ]


class FrameStep(nn.Module):
    """Encoder, translator and head of one target, and the generator's conditions."""

    def __init__(self, model: Mynah, target: int) -> None:
        """Of `model`."""
        super().__init__()
        self.model, self.target = model, target

    def forward(self, log_mel: Tensor, others: Tensor, *past: Tensor) -> tuple[Tensor, ...]:
        """Level-normalised log-mel [1, 80, n] and what else the translator is told [1, 21, n].

        -> z [1, 16, n], log envelopes [1, 128, n], conditions [1, .., n], and the new past.
        """
        encoder, translator, bank = self.model.encoder, self.model.translator, self.model.targets
        memory = Past(past)
        x = memory.step(encoder.input, log_mel)
        for block in encoder.blocks:
            x = x + memory.step(block.mix, leaky(memory.step(block.conv, leaky(x))))
        z = torch.tanh(memory.step(encoder.output, leaky(x)))
        x = memory.step(translator.input, torch.cat([z, others], dim=1))
        scale, shift = bank.scale[self.target], bank.shift[self.target]
        for i, block in enumerate(translator.blocks):
            h = memory.step(block.conv, x) * (1.0 + scale[i]).view(1, -1, 1) + shift[i].view(1, -1, 1)
            left, right = h.chunk(2, dim=1)
            x = x + memory.step(block.mix, torch.tanh(left) * torch.sigmoid(right))
        hidden = leaky(x)
        envelopes = bank.weight[self.target] @ hidden + bank.bias[self.target].view(1, -1, 1)
        envelopes = envelopes.clamp(c.ENVELOPE_MIN, c.ENVELOPE_MAX)
        return z, envelopes, memory.step(self.model.generator.condition, hidden), *memory.given


class HopStep(nn.Module):
    """The generator's network between its transforms."""

    def __init__(self, model: Mynah) -> None:
        """Of `model`."""
        super().__init__()
        self.generator = model.generator

    def forward(self, sub_bands: Tensor, conditions: Tensor, *past: Tensor) -> tuple[Tensor, ...]:
        """Compressed sub-bands [1, 32, steps], conditions of each step -> gains [1, 48, steps], new past."""
        generator, memory = self.generator, Past(past)
        x = memory.step(generator.input, sub_bands)
        for block, condition in zip(
            generator.blocks, conditions.split(generator.channels, dim=1), strict=True
        ):
            x = x + memory.step(block.mix, leaky(memory.step(block.conv, leaky(x)) + condition))
        return torch.tanh(memory.step(generator.output, leaky(x))), *memory.given


def steps(model: Mynah, target: int = 0) -> list[tuple[nn.Module, list[Tensor]]]:
    """Both steps with arguments: a frame, and a hop of the generator."""
    others = model.architecture.translator_inputs - model.architecture.latent_channels
    conditions = model.architecture.generator_channels * len(model.architecture.generator_dilations)
    return [
        (
            FrameStep(model, target),
            [
                0.1 * torch.randn(1, c.MEL_BINS, 1),
                0.1 * torch.randn(1, others, 1),
                *tails(model.encoder, model.translator),
            ],
        ),
        (
            HopStep(model),
            [
                0.1 * torch.randn(1, 2 * c.SUB_BANDS, HOP_STEPS),
                0.1 * torch.randn(1, conditions, HOP_STEPS),
                *tails(model.generator.input, model.generator.blocks),
            ],
        ),
    ]


def onnxruntime_us(module: nn.Module, arguments: list[Tensor], results: int) -> float:
    """Microseconds of one call on one thread, the past handed from call to call; the best of a few passes.

    `results` come before the past in what the module returns.
    """
    import onnxruntime  # only this comparison needs it

    names = [f"in{i}" for i in range(len(arguments))]
    file = io.BytesIO()
    torch.onnx.export(module, tuple(arguments), file, input_names=names, dynamo=False, opset_version=17)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
    given = {name: argument.numpy() for name, argument in zip(names, arguments, strict=True)}
    used = {node.name for node in session.get_inputs()}
    given = {name: value for name, value in given.items() if name in used}
    past = [name for name in names[2:] if name in used]
    best_s = float("inf")
    for _ in range(PASSES):
        began = time.perf_counter()
        for _ in range(FRAMES):
            given |= dict(zip(past, session.run(None, given)[results:], strict=True))
        best_s = min(best_s, time.perf_counter() - began)
    return best_s / FRAMES * 1e6


def main() -> None:
    """Command line: prints JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bench", type=Path, required=True, help="what `mynah-lab bench --json` printed")
    a = parser.parse_args()
    torch.manual_seed(1)
    frame, hop = steps(Mynah(c.Architecture()).requires_grad_(False).eval())
    hops = c.FRAME_SAMPLES // c.HOP_SAMPLES
    onnx_us = onnxruntime_us(*frame, results=3) + hops * onnxruntime_us(*hop, results=1)
    networks = json.loads(a.bench.read_text())["networks"]
    kernel_us = networks["kernel_us_per_frame"]
    report = {
        "kernel_us_per_frame": kernel_us,
        "candle_us_per_frame": networks["candle_us_per_frame"],
        "onnxruntime_us_per_frame": onnx_us,
        "x_faster_than_candle": networks["x_faster_than_candle"],
        "x_faster_than_onnxruntime": onnx_us / kernel_us,
    }
    print(json.dumps({name: round(value, 2) for name, value in report.items()}))


if __name__ == "__main__":
    main()
