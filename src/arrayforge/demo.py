"""The main job on real input: scikit-learn and an image program, checked against NumPy.

Every task is a function of a namespace. It runs once with NumPy and once with the namespace under
test; the table shows how far the results agree and how long each took.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ._table import print_table

Results = dict[str, Any]
Task = Callable[[Any, Path | None], Results]

# Sums in another order differ in the last bits; iterations carry that a little further.
_TOLERANCE = 1e-6
_COLOURS = 16
_PATIENCE = 1.0  # seconds that repetitions of one task may take


def pca(xp: Any, _: Path | None) -> Results:
    """Principal components of the digits."""
    from sklearn.decomposition import PCA

    x, _labels = _digits(xp)
    model = PCA(n_components=16, svd_solver="full").fit(x)
    return {"components": model.components_, "transformed": model.transform(x)}


def ridge(xp: Any, _: Path | None) -> Results:
    """Ridge regression of the labels on the pixels."""
    from sklearn.linear_model import Ridge

    x, labels = _digits(xp)
    model = Ridge(alpha=1.0, solver="svd").fit(x, labels)
    return {"coefficients": model.coef_, "predictions": model.predict(x)}


def mixture(xp: Any, _: Path | None) -> Results:
    """Mixture of Gaussians on the leading components of the digits."""
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture

    x, _labels = _digits(xp)
    leading = PCA(n_components=8, svd_solver="full").fit_transform(x)
    model = GaussianMixture(10, init_params="random_from_data", random_state=0, reg_covar=1e-3)
    model.fit(leading)
    return {"means": model.means_, "log density": model.score_samples(leading)}


def quantise(xp: Any, folder: Path | None) -> Results:
    """Sixteen colours for the photograph, found by k-means."""
    image = _photograph(xp)
    pixels = xp.reshape(image, (-1, 3))
    # Starting colours spread over the brightness, so that the outcome needs no random numbers.
    order = xp.argsort(xp.sum(pixels, axis=1), stable=True)
    step = pixels.shape[0] // _COLOURS
    centres = xp.take(pixels, order[step // 2 :: step][:_COLOURS], axis=0)
    identity = xp.eye(_COLOURS, dtype=pixels.dtype)
    for _ in range(12):
        member = xp.take(identity, _nearest(xp, pixels, centres), axis=0)
        counts = xp.sum(member, axis=0)
        sums = xp.matmul(xp.matrix_transpose(member), pixels)
        moved = sums / xp.maximum(counts, xp.ones_like(counts))[:, None]
        centres = xp.where(counts[:, None] > 0, moved, centres)
    painted = xp.take(centres, _nearest(xp, pixels, centres), axis=0)
    result = xp.reshape(painted, image.shape)
    _save(result, folder, "quantised.png")
    return {"centres": centres, "picture": result}


def blur(xp: Any, folder: Path | None) -> Results:
    """Gaussian blur of the photograph by the Fourier transform."""
    image = _photograph(xp)
    height, width = image.shape[:2]
    # The transform sees a periodic picture; mirrored, its borders meet themselves.
    image = xp.concat([image, xp.flip(image, axis=0)], axis=0)
    image = xp.astype(xp.concat([image, xp.flip(image, axis=1)], axis=1), xp.complex128)
    rows = xp.astype(xp.fft.fftfreq(2 * height), xp.float64)[:, None]
    columns = xp.astype(xp.fft.fftfreq(2 * width), xp.float64)[None, :]
    sigma = 6.0
    response = xp.exp(-2.0 * (xp.pi * sigma) ** 2 * (rows**2 + columns**2))
    channels = [xp.real(xp.fft.ifftn(xp.fft.fftn(image[:, :, i]) * response)) for i in range(3)]
    blurred = xp.stack(channels, axis=2)[:height, :width, :]
    result = xp.clip(blurred, 0.0, 1.0)
    _save(result, folder, "blurred.png")
    return {"picture": result}


TASKS: dict[str, Task] = {
    "sklearn PCA": pca,
    "sklearn Ridge": ridge,
    "sklearn GaussianMixture": mixture,
    "k-means colours": quantise,
    "FFT blur": blur,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the demo."""
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="for pictures")
    parser.add_argument("--module", default="arrayforge", help="namespace to show")


def run(options: argparse.Namespace) -> int:
    """Run every task on NumPy and on the namespace; 0 where all results agree."""
    # SciPy reads it once, at its import; scikit-learn refuses to dispatch without it.
    os.environ["SCIPY_ARRAY_API"] = "1"
    try:
        import numpy
        import PIL.Image  # noqa: F401
        import sklearn
    except ImportError as error:
        print(f'demo: {error}\n  hint: pip install "arrayforge[demo]"', file=sys.stderr)
        return 2
    xp = importlib.import_module(options.module)
    options.output.mkdir(parents=True, exist_ok=True)
    rows, agreed = [], True
    with sklearn.config_context(array_api_dispatch=True):
        for number, (name, task) in enumerate(TASKS.items(), 1):
            print(f"[{number}/{len(TASKS)}] {name}: NumPy ", end="", flush=True)
            expected, base = _timed(task, numpy, None)
            print(f"{base:.2f} s, {options.module} ", end="", flush=True)
            got, seconds = _timed(task, xp, options.output)
            print(f"{seconds:.2f} s", flush=True)
            difference = max(_difference(xp, got[key], expected[key]) for key in expected)
            agrees = difference <= _TOLERANCE
            agreed = agreed and agrees
            cells = [f"{base:.3f}", f"{seconds:.3f}", f"{seconds / base:.2f}x"]
            rows.append([name, "yes" if agrees else "NO", f"{difference:.1e}", *cells])
    header = ["task", "agrees", "difference", "NumPy s", "ours s", "ratio"]
    print_table(f"{options.module} against NumPy, the same program", header, rows)
    print(f"pictures: {options.output.resolve()}")
    return 0 if agreed else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and run the demo."""
    parser = argparse.ArgumentParser(prog="arrayforge demo", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def _timed(task: Task, xp: Any, folder: Path | None) -> tuple[Results, float]:
    """The results and the best time of a few runs."""
    task(xp, folder)  # The first run pays for imports and files, which are not what is compared.
    seconds: list[float] = []
    while not seconds or (len(seconds) < 3 and sum(seconds) < _PATIENCE):
        start = time.perf_counter()
        results = task(xp, None)
        seconds.append(time.perf_counter() - start)
    return results, min(seconds)


def _difference(xp: Any, got: Any, expected: Any) -> float:
    """Largest difference over the largest value; infinite for another type or shape."""
    import numpy

    if type(got) is not type(xp.empty(0)) or tuple(got.shape) != expected.shape:
        return float("inf")
    error: Any = numpy.max(numpy.abs(_host(got) - expected))
    # NaN compares as agreement nowhere: it must not slip through max().
    return float("inf") if numpy.isnan(error) else float(error / numpy.max(numpy.abs(expected)))


def _nearest(xp: Any, pixels: Any, centres: Any) -> Any:
    lengths = xp.sum(centres * centres, axis=1)
    return xp.argmin(lengths - 2.0 * xp.matmul(pixels, xp.matrix_transpose(centres)), axis=1)


def _digits(xp: Any) -> tuple[Any, Any]:
    from sklearn.datasets import load_digits

    data, labels = load_digits(return_X_y=True)
    return xp.asarray(data / 16.0), xp.asarray(labels.astype("float64"))


def _photograph(xp: Any) -> Any:
    from sklearn.datasets import load_sample_image

    return xp.asarray(load_sample_image("china.jpg") / 255.0)


def _host(array: Any) -> Any:
    import numpy

    return numpy.from_dlpack(array) if hasattr(array, "__dlpack__") else numpy.asarray(array)


def _save(picture: Any, folder: Path | None, name: str) -> None:
    if folder is None:
        return
    from PIL import Image

    Image.fromarray((_host(picture) * 255.0 + 0.5).astype("uint8")).save(folder / name)
