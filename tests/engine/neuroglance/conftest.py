"""A real browser without a window, and volumes to look at."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

# Without the flags for its background services Chromium asks for hosts that tests must not reach.
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1000,800",
)
PATIENCE = 60


@dataclass(frozen=True)
class Page:
    """Neuroglancer as a person sees it."""

    driver: Any

    def state(self) -> dict[str, Any]:
        """What the page itself says that it shows."""
        return dict(self.driver.execute_script("return window.viewer.state.toJSON()"))

    def shown(self) -> list[str]:
        """Names of the layers that are switched on."""
        layers = self.state()["layers"]
        hidden = ("visible", "archived")
        return [
            layer["name"]
            for layer in layers
            if layer.get(hidden[0], True) and not layer.get(hidden[1], False)
        ]

    def words(self) -> str:
        """What the line at the bottom says."""
        found = self.driver.find_elements(By.CSS_SELECTOR, "#neuroglancer-status-container *")
        return " ".join(element.text for element in found)

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press a key in the view."""
        chain = ActionChains(self.driver)
        if shift:
            chain.key_down(Keys.SHIFT)
        chain.send_keys(key)
        if shift:
            chain.key_up(Keys.SHIFT)
        chain.perform()

    def wait(self, until: Callable[[], Any]) -> Any:
        """Wait until something is true, and give it back."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := until():
                return found
            time.sleep(0.2)
        raise AssertionError(f"not within {PATIENCE} s; the page says: {self.words()!r}")

    def colours(self) -> int:
        """How many different colours the picture has."""
        import io

        from PIL import Image

        picture = Image.open(io.BytesIO(self.driver.get_screenshot_as_png())).convert("RGB")
        return len(np.unique(np.asarray(picture).reshape(-1, 3), axis=0))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium, started once."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        # make test installs both; where it could not, CI must not pass for it.
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("needs chromium and chromedriver; tools/install_system_libraries.sh --browser")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


@pytest.fixture
def look(browser: Any) -> Iterator[Callable[[str], Page]]:
    """Open the address of a view and wait for its layers."""

    def open_page(url: str) -> Page:
        browser.get(url)
        page = Page(browser)
        loaded = "return !!window.viewer && window.viewer.layerManager.managedLayers.length > 0"
        page.wait(lambda: browser.execute_script(loaded))
        return page

    yield open_page
    browser.get("about:blank")


@pytest.fixture
def put_zarr(tmp_path: Path) -> Callable[..., tuple[Path, str]]:
    """Store values as a dataset with voxel sizes in nm."""

    def put(name: str, values: np.ndarray, sizes: tuple[float, ...]) -> tuple[Path, str]:
        import zarr

        container = tmp_path / "volume.zarr"
        array = zarr.open_group(str(container), mode="a").create_dataset(
            name, data=values, chunks=(16,) * values.ndim
        )
        array.attrs.update(
            voxel_size=list(sizes), units=["nm"] * len(sizes), axis_names=["z", "y", "x"]
        )
        return container, name

    return put
