"""The Content Security Policy (level 3): nothing from other hosts, nothing inline."""

_PARTS = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}


def _policy(**parts: str) -> str:
    more = {name.replace("_", "-"): value for name, value in parts.items()}
    return "; ".join(f"{name} {value}" for name, value in (_PARTS | more).items())


PAGES = _policy(script_src="'self' 'wasm-unsafe-eval'", worker_src="'self'")
"""For the pages, which run the query engine in a worker; a policy in a page cannot say who may frame it."""

PICTURES = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For SVG files, which carry their own style and no script."""

ANSWERS = _policy(frame_ancestors="'none'")
"""For everything else that the server answers with."""
