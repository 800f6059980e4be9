import traceback
try:
    import json
    json.loads("{")
except Exception:
    traceback.print_exc()
    raise SystemExit(3)
