"""Names of spans, metrics and log actions, so that dashboards and code agree."""

SPAN_CALL = "shortfactory.call"
SPAN_RENDER = "shortfactory.render"
SPAN_NODE = "shortfactory.node"

ATTRIBUTE_RUN = "shortfactory.run_id"
ATTRIBUTE_SCENE = "shortfactory.scene"
ATTRIBUTE_PROVIDER = "gen_ai.provider.name"
ATTRIBUTE_MODEL = "gen_ai.request.model"
ATTRIBUTE_CACHED = "shortfactory.cached"
ATTRIBUTE_COST_USD = "shortfactory.cost_usd"

METRIC_CALLS = "shortfactory.calls"
METRIC_SPEND_USD = "shortfactory.spend_usd"
METRIC_RETRIES = "shortfactory.retries"
METRIC_ALERTS = "shortfactory.budget_alerts"
METRIC_FRAMES = "shortfactory.frames"
