"""yangson's verdicts on documents of configuration, in this process: a model is made once for all of its documents, and
only where a verdict is asked for."""

import json
import re
import tempfile
import os

PROGRAM = "yangson 1.7.9 config; 2"
STATEMENT = r"^[ \t]*{}[ \t\n]+[\"']?([^\"'\s;{{]+)"


def statements(text, keyword):
    return re.findall(STATEMENT.format(keyword), text, re.M)


class Model:
    """Some modules, all of their features supported; what they import is imported only."""

    def __init__(self, modules, texts):
        self.modules, self.texts = modules, texts
        self.model = self.why = None

    def library(self):
        """ietf-yang-library (RFC 7895), which yangson reads."""
        all_ = {}
        for module in self.modules:
            all_.update(self.texts.closure(module))
        texts = {name: text.decode("utf-8", "replace") for name, text in all_.items()}
        owner = {name: statements(text, "belongs-to")[0] for name, text in texts.items() if re.search(r"^\s*submodule\s", text, re.M)}
        rows = {}
        for name, text in texts.items():
            revision = max(re.findall(r"^[ \t]*revision[ \t]+[\"']?(\d{4}-\d\d-\d\d)", text, re.M), default="")
            rows[name] = {"name": name, "revision": revision}
        entries = []
        for name, row in rows.items():
            if name in owner:
                continue
            parts = [other for other, own in owner.items() if own == name]
            namespace = statements(texts[name], "namespace")
            features = [feature for part in [name, *parts] for feature in statements(texts[part], "feature")]
            entries.append({
                **row,
                "namespace": namespace[0] if namespace else "",
                "feature": features,
                "submodule": [rows[part] for part in parts],
                "conformance-type": "implement" if name in self.modules else "import",
            })
        return {"ietf-yang-library:modules-state": {"module-set-id": "x", "module": entries}}, texts

    def load(self):
        from yangson import DataModel

        library, texts = self.library()
        with tempfile.TemporaryDirectory() as folder:
            for name, text in texts.items():
                with open(os.path.join(folder, name + ".yang"), "w", encoding="utf-8") as file:
                    file.write(text)
            for entry in library["ietf-yang-library:modules-state"]["module"]:
                for part in [entry, *entry["submodule"]]:
                    if part["revision"]:
                        os.symlink(part["name"] + ".yang", os.path.join(folder, f"{part['name']}@{part['revision']}.yang"))
            return DataModel(json.dumps(library), (folder,))

    def judge(self, document):
        """Whether a document is valid; None where yangson can't tell."""
        from yangson.enumerations import ContentType, ValidationScope
        from yangson.exceptions import YangsonException

        if self.model is None and self.why is None:
            try:
                self.model = self.load()
            except Exception as error:  # whatever it is, it is yangson's, and there is no second opinion
                self.why = type(error).__name__
        if self.model is None:
            return {"valid": None, "why": self.why}
        try:
            self.model.from_raw(json.loads(document)).validate(ValidationScope.all, ContentType.config)
        except YangsonException as error:
            return {"valid": False, "why": f"{type(error).__name__} {getattr(error, 'tag', '')}".strip()}
        except Exception as error:  # a fault of the program itself says nothing of the document
            return {"valid": None, "why": type(error).__name__}
        return {"valid": True}
