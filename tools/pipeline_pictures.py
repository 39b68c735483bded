"""Part of ``make screenshots``: a real EM volume going through the pipeline, in Neuroglancer.

Pictures go to ``resources/screenshots/pipeline-*.png``. It needs Chromium and its driver
(``tools/install_system_libraries.sh --browser``) and a volume with ``raw`` and ``labels``, which
is given as an argument or in ``DACAPO_EM_VOLUME``; where one of them is missing it says so and
leaves the pictures as they are.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDataset, RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    IntensitiesArrayConfig,
    ZarrArrayConfig,
)
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers import GunpowderTrainer, GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments import (
    ElasticAugmentConfig,
    IntensityAugmentConfig,
    NoiseAugmentConfig,
    SimpleAugmentConfig,
)
from dacapo_engine.view import view

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "screenshots"
VOLUME = os.environ.get("DACAPO_EM_VOLUME", str(ROOT.parent / "shared/data/fib25_neurites.zarr"))
SAMPLE = 3
PATIENCE = 60
SIZE = (960, 680)
COLOURS = 128
# Without the flags for its background services Chromium asks for hosts of its maker.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    f"--window-size={SIZE[0]},{SIZE[1] + 140}",
)
STAGES = {
    "source": "source",
    "simple": "1 simple",
    "elastic": "2 elastic",
    "noise": "4 noise",
    "target": "target",
}


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from selenium import webdriver

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        driver = webdriver.Chrome(options=options, service=service)
        try:
            yield driver
        finally:
            driver.quit()


def wait(until: Callable[[], Any]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if until():
            return
        time.sleep(0.2)
    sys.exit("Neuroglancer did not show in time what was asked for.")


def open_page(driver: Any, url: str) -> None:
    """Load a view, and wait for its layers."""
    driver.get(url)
    loaded = "return !!window.viewer && window.viewer.layerManager.managedLayers.length > 0"
    wait(lambda: driver.execute_script(loaded))


def words(driver: Any) -> str:
    """What the line at the bottom says."""
    from selenium.webdriver.common.by import By

    found = driver.find_elements(By.CSS_SELECTOR, "#neuroglancer-status-container *")
    return " ".join(element.text for element in found)


def press(driver: Any, key: str) -> None:
    """Press a key in the view."""
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(driver).send_keys(key).perform()


def settled(driver: Any) -> Image.Image:
    """The page, once it looks the same twice."""
    last = b""
    while (now := driver.get_screenshot_as_png()) != last:
        last = now
        time.sleep(1.5)
    return Image.open(io.BytesIO(now)).convert("RGB")


def keep(driver: Any, name: str) -> None:
    """The page as a small file."""
    picture = settled(driver).quantize(COLOURS, dither=Image.Dither.NONE)
    path = FOLDER / f"pipeline-{name}.png"
    picture.save(path, optimize=True)
    print(f"  {path.relative_to(ROOT)} ({path.stat().st_size // 1024} kB)", flush=True)


def show_instead(driver: Any, shown: str, hidden: str) -> None:
    """Switch one layer on and another one off, as a click on their names does."""
    script = (
        "const [name, visible] = arguments;"
        "window.viewer.layerManager.getLayerByName(name).setVisible(visible);"
    )
    driver.execute_script(script, shown, True)
    driver.execute_script(script, hidden, False)


def dataset_of(volume: Path) -> RawGTDataset:
    """Raw from 0 to 1, and labels."""
    raw, labels = (ZarrArrayConfig(file_name=volume, dataset=name) for name in ("raw", "labels"))
    intensities = IntensitiesArrayConfig(source_array_config=raw, min=0, max=255)
    config = RawGTDatasetConfig(name="EM", raw_config=intensities, gt_config=labels)
    return RawGTDataset(config)


def trainer_of(dataset: RawGTDataset) -> GunpowderTrainer:
    """A training that reads 100 voxels and predicts 60 of them."""
    network = CNNectomeUNetConfig(
        input_shape=(100, 100, 100), num_fmaps=2, fmap_inc_factor=2, fmaps_out=3,
        downsample_factors=((2, 2, 2), (2, 2, 2)), padding="valid",
    )  # fmt: skip
    task = AffinitiesTaskConfig(neighborhood=((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    made = task.task_type(task)
    augments = (
        SimpleAugmentConfig(),
        ElasticAugmentConfig(
            control_point_spacing=(25, 25, 25), control_point_displacement_sigma=(40, 40, 40)
        ),
        IntensityAugmentConfig(),
        NoiseAugmentConfig(),
    )
    trainer = GunpowderTrainer(GunpowderTrainerConfig(num_data_fetchers=0, augments=augments))
    model = made.create_model(network.architecture_type(network))
    trainer.build_batch_provider([dataset], model, made)
    return trainer


def pipeline(driver: Any, dataset: RawGTDataset) -> None:
    """One sample after every node."""
    with trainer_of(dataset) as trainer, trainer.visualize_pipeline(first=SAMPLE) as opened:
        open_page(driver, opened.url)
        for name, stage in STAGES.items():
            for _ in range(len(STAGES) + 4):
                if f": {stage} " in words(driver):
                    break
                press(driver, "n")
                time.sleep(1)
            if name == "target":
                show_instead(driver, "target: target", "target: labels")
            keep(driver, name)


def volumes(driver: Any, dataset: RawGTDataset) -> None:
    """A dataset, read from disk where it is looked at."""
    with view(dataset) as opened:
        open_page(driver, opened.url)
        keep(driver, "dataset")


def main() -> None:
    volume = Path(sys.argv[1] if len(sys.argv) > 1 else VOLUME)
    if not volume.exists():
        print(f"There is no volume at {volume}; the pictures stay as they are.")
    elif shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        print("Chromium or its driver is missing; the pictures stay as they are.")
    else:
        dataset = dataset_of(volume)
        with browser() as driver:
            pipeline(driver, dataset)
            volumes(driver, dataset)


if __name__ == "__main__":
    main()
