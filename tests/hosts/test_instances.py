"""Ten instances at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dawdreamer
import numpy as np

from host import LARGEST_SLOT, LATENCY_SAMPLES, TARGETS, Setup
from pedalboard_host import PedalboardHost
from sounds import melody

INSTANCES = 10
SOUND = melody(48_000)


def slot(instance: int) -> float:
    """Another target for every instance, as far as there are."""
    return instance % len(TARGETS) / LARGEST_SLOT


def alone(bundle: Path) -> list[np.ndarray]:
    """What each instance plays when there is no other."""
    played = []
    for instance in range(INSTANCES):
        host = PedalboardHost(bundle, Setup())
        host.set("Target", slot(instance))
        played.append(host.render(SOUND))
    return played


def test_ten_on_threads_of_their_own(bundle: Path) -> None:
    """Ten instances on ten threads at once play what each plays alone, to the bit."""
    # Only pedalboard: DawDreamer waits for ever when a graph is loaded on another than the main thread.
    hosts = [PedalboardHost(bundle, Setup()) for _ in range(INSTANCES)]
    for instance, host in enumerate(hosts):
        host.set("Target", slot(instance))
        # Activates the plugin here: VST3 wants that on the main thread.
        assert host.latency_samples() == LATENCY_SAMPLES[48_000]
    with ThreadPoolExecutor(INSTANCES) as threads:
        together = list(threads.map(lambda host: host.render(SOUND), hosts))
    for played, expected in zip(together, alone(bundle), strict=True):
        np.testing.assert_array_equal(played, expected)


def test_ten_in_one_graph(bundle: Path) -> None:
    """Ten tracks of one session, block by block in turn, play what each plays alone, to the bit."""
    latency = LATENCY_SAMPLES[48_000]
    engine = dawdreamer.RenderEngine(48_000, 512)
    source = engine.make_playback_processor("input", np.pad(SOUND, ((0, 0), (0, latency))))
    graph = [(source, [])]
    for instance in range(INSTANCES):
        plugin = engine.make_plugin_processor(f"mynah {instance}", str(bundle))
        plugin.set_parameter(0, slot(instance))
        plugin.record = True
        graph.append((plugin, ["input"]))
    engine.load_graph(graph)
    engine.render((SOUND.shape[1] + latency + 0.5) / 48_000)
    for instance, expected in enumerate(alone(bundle)):
        played = engine.get_audio(f"mynah {instance}")[:, latency:][:, : SOUND.shape[1]]
        np.testing.assert_array_equal(played, expected, err_msg=f"{instance}")
