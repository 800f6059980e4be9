# Runs a program once more whose assertion failed, as python-driver.py does, and notes what was compared:
# `assert f(2) == 4` says neither what f gave nor where it is. What an assertion does stays the same.
import sys


def compile(source, path, mode, flags, inherit, main=sys.modules["__main__"].__dict__, compile=compile):
    """What the driver compiles the program with."""
    import ast
    import builtins
    import sys

    del main["compile"], main["driver"]
    assertions, current = [], {}

    def begin(number):
        current[number] = {}
        return True

    def note(number, place, value):
        current[number][place] = value
        return value

    begin.note = note
    name = "__assertion__"
    setattr(builtins, name, begin)

    # Calls of these mean the place where they stand.
    special = ("super", "locals", "globals", "vars", "dir", "eval", "exec")
    apart = (ast.Lambda, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp, ast.JoinedStr)

    def is_plain(node):
        try:
            ast.literal_eval(node)
            return True
        except Exception:
            return False

    class Operands(ast.NodeTransformer):
        def __init__(self):
            self.texts = []

        def noted(self, node, text):
            """The node, with its value noted. A function that is called is noted without a text."""
            place = len(self.texts)
            self.texts.append(text)
            function = ast.Attribute(ast.Name(name, ast.Load()), "note", ast.Load())
            arguments = [ast.Constant(len(assertions)), ast.Constant(place), node]
            return ast.copy_location(ast.Call(function, arguments, []), node)

        def operand(self, node):
            if isinstance(node, (ast.BoolOp, ast.Starred)) or is_plain(node) or isinstance(node, ast.Call):
                return self.visit(node)
            text = segment(node)
            return self.noted(self.visit(node), text)

        def visit(self, node):
            return node if isinstance(node, apart) else super().visit(node)

        def visit_Compare(self, node):
            node.left = self.operand(node.left)
            node.comparators = [self.operand(item) for item in node.comparators]
            return node

        def visit_Call(self, node):
            text = segment(node)
            is_special = isinstance(node.func, ast.Name) and node.func.id in special
            self.generic_visit(node)
            if is_special:
                return node
            node.func = self.noted(node.func, None)
            return self.noted(node, text)

    def segment(node):
        return " ".join((ast.get_source_segment(text, node) or "").split())

    class Assertions(ast.NodeTransformer):
        def visit_Assert(self, node):
            operands = Operands()
            test = operands.operand(node.test) if not isinstance(node.test, ast.Compare) else operands.visit(node.test)
            first = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(len(assertions))], [])
            node.test = ast.copy_location(ast.BoolOp(ast.And(), [first, test]), test)
            assertions.append((node.lineno, node.end_lineno, operands.texts))
            return node

    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    tree = ast.fix_missing_locations(Assertions().visit(ast.parse(source, path)))

    def operands(trace):
        """The noted values by their texts, and the functions that were called, of the assertion that failed."""
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        values, functions = {}, []
        if trace is None or trace.tb_frame.f_code.co_filename != path:
            return values, functions
        for number, (line, end, texts) in enumerate(assertions):
            if line <= trace.tb_lineno <= end:
                for place, value in current.get(number, {}).items():
                    if texts[place] is None:
                        functions.append(value)
                    else:
                        values[texts[place]] = value
        return values, functions

    sys.operands_of_assertion = operands
    return compile(tree, path, mode, flags, inherit)


driver = sys.path[0] + "/python-driver.py"
exec(__import__("builtins").compile(open(driver).read(), driver, "exec"))
