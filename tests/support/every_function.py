"""A call of every function of the standard that is no primitive, for engines of real numbers."""

import arrayforge as xp

# Every function of the standard that is no primitive: x, m and i are arrays, d is the device.
COMPOSED = """
real(x) | imag(x) | conj(x) | round(x) | round(i) | asarray(x, copy=True) | arange(5, device=d)
empty_like(x).shape | eye(2, 3, device=d) | from_dlpack(x) | full_like(x, 2.0)
linspace(0, 1, 5, device=d) | meshgrid(x, i) | ones(2, device=d) | ones_like(x) | tril(m) | triu(m)
zeros(2, device=d) | zeros_like(x) | empty(2, device=d).shape | clip(x, 0, 1) | where(x > 1, x, i)
take(x, i) | take_along_axis(x, i) | broadcast_arrays(x, i) | broadcast_to(x, (2, 4))
broadcast_to(x[:0], (0, 0)) | expand_dims(x, 0) | flip(x) | moveaxis(m, 0, 1) | repeat(x, 2)
roll(x, 1) | squeeze(x[None, :], 0) | stack([x, x]) | tile(x, 2) | unstack(m) | argmax(x)
argmin(x) | count_nonzero(x) | searchsorted(i, x) | isin(x, i) | unique_all(x) | unique_counts(x)
unique_inverse(x) | unique_values(x) | sort(x) | sort(x, descending=True) | cumulative_prod(x)
cumulative_sum(x) | max(x) | mean(x) | min(x) | prod(x) | std(x) | sum(x) | var(x) | all(x) | any(x)
diff(x) | matmul(m, m) | matrix_transpose(m) | tensordot(m, m) | vecdot(x, x) | linalg.cholesky(m)
linalg.cross(x[:3], x[:3]) | linalg.det(m) | linalg.diagonal(m) | linalg.eigh(m) | linalg.inv(m)
linalg.eigvalsh(m) | linalg.matmul(m, m) | linalg.matrix_norm(m) | linalg.matrix_power(m, 3)
linalg.matrix_rank(m) | linalg.matrix_transpose(m) | linalg.outer(x, x) | linalg.pinv(m)
linalg.qr(m) | linalg.slogdet(m) | linalg.solve(m, m) | linalg.svd(m) | linalg.svdvals(m)
linalg.tensordot(m, m) | linalg.trace(m) | linalg.vecdot(x, x) | linalg.vector_norm(x)
fft.fftfreq(4, device=d) | fft.rfftfreq(4, device=d) | fft.fftshift(x) | fft.ifftshift(x)
can_cast(x, xp.float64) | finfo(x) | iinfo(i) | isdtype(x.dtype, "bool") | result_type(x, i)
broadcast_shapes(x.shape, m.shape[:1] + (1,)) | fft.irfft(x) | fft.irfftn(m) | fft.hfft(x)
"""
# Their results are complex, which the engine's dtypes are not.
COMPLEX_ONLY = """
fft.fft fft.ifft fft.fftn fft.ifftn fft.rfft fft.rfftn fft.ihfft linalg.eig linalg.eigvals
"""
VALUES = {"x": [3.0, 0.5, -2.5, 1.0], "m": [[2.0, 1.0], [1.0, 3.0]], "i": [0, 1, 2, 3]}


def expressions():
    return [e.strip() for line in COMPOSED.splitlines() for e in line.split(" | ") if e.strip()]


def public_functions():
    found = set()
    for space, prefix in ((xp, ""), (xp.linalg, "linalg."), (xp.fft, "fft.")):
        for name in space.__all__:
            member = getattr(space, name)
            if callable(member) and not isinstance(member, type) and name[0] != "_":
                found.add(prefix + name)
    return found
