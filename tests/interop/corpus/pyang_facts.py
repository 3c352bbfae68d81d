"""What pyang 2.7.1 says of modules, as facts to keep: accepted or why not, and hashes of their trees.

One process for all modules: starting pyang for each costs more than its work.
"""

import io
import optparse

from pyang import context, error, plugin, repository
from pyang.plugins import tree

import oracle

# pyang's version, the options it is asked with, and the version of this file.
PROGRAM = "pyang 2.7.1 --tree-print-yang-data --tree-print-structures; 1"
# The trees that are kept besides the whole one: of some depths and widths, and of one subtree.
DEPTHS = (1, 3)
WIDTHS = (69,)

plugin.init([])
OPTIONS = optparse.OptionParser()
for own in plugin.plugins:
    own.add_opts(OPTIONS)


def read(name, texts, folders):
    """pyang's module, and its context. What its imports do wrong is told with them."""
    ctx = context.Context(repository.FileRepository(":".join(folders), use_env=False))
    ctx.opts, _ = OPTIONS.parse_args([])
    for option, value in {"tree_print_yang_data": True, "tree_print_structures": True}.items():
        setattr(ctx.opts, option, value)
    ctx.opts.modname_prefix = ctx.opts.tree_no_expand_uses = False
    module = ctx.add_module(name + ".yang", texts[name].decode("utf-8"))
    ctx.validate()
    return ctx, module


def tree_text(ctx, module, depth=None, width=None, path=None):
    """The text of `-f tree`."""
    out = io.StringIO()
    steps = path.strip("/").split("/") if path else None
    tree.emit_tree(ctx, [module], out, depth, width, steps)
    return out.getvalue()


def subtree(module):
    """The path of a subtree worth asking for: of the first child of the first data node that has grandchildren."""
    for node in module.i_children:
        if node.keyword in ("container", "list"):
            for child in node.i_children:
                if getattr(child, "i_children", None):
                    return f"/{node.arg}/{child.arg}"
    return None


def loose_hashes(text):
    """4 hexadecimal digits for each line, white space between its fields aside (RFC 8340 section 2.6)."""
    lines = []
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip(" |"))
        lines.append(oracle.short_hash((line[:indent] + " ".join(line[indent:].split())).encode())[:4])
    return "".join(lines)


def facts(name, texts, folders, with_lines):
    """The facts of a module; those on single lines only where they are asked for."""
    ctx, module = read(name, texts, folders)
    errors = [(tag, args) for _, tag, args in ctx.errors if error.is_error(error.err_level(tag))]
    if errors or module is None:
        missing = sorted({args[0] for tag, args in errors if tag == "MODULE_NOT_FOUND"})
        return {"accepts": False, "why": sorted({tag for tag, _ in errors})[:3], **({"missing": missing} if missing else {})}
    text = tree_text(ctx, module)
    if not text:
        return {"accepts": True, "trees": {}}
    trees = {"whole": oracle.short_hash(text.encode())}
    for depth in DEPTHS:
        trees[f"depth {depth}"] = oracle.short_hash(tree_text(ctx, module, depth=depth).encode())
    for width in WIDTHS:
        trees[f"width {width}"] = oracle.short_hash(tree_text(ctx, module, width=width).encode())
    path = subtree(module)
    if path:
        trees[f"subtree {path}"] = oracle.short_hash(tree_text(ctx, module, path=path).encode())
    found = {"accepts": True, "trees": trees}
    if with_lines:
        found["lines"] = loose_hashes(text)
    return found
