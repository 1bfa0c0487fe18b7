"""The configuration of LEAN's launcher for one backtest of a project."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from workbench.launcher.errors import LaunchError

# The parts of LEAN that a local run uses. LEAN reads a configuration file instead of its own, so
# this one has to be whole.
HANDLERS: dict[str, str] = {
    "log-handler": "QuantConnect.Logging.CompositeLogHandler",
    "messaging-handler": "QuantConnect.Messaging.Messaging",
    "job-queue-handler": "QuantConnect.Queues.JobQueue",
    "api-handler": "QuantConnect.Api.Api",
    "map-file-provider": "QuantConnect.Data.Auxiliary.LocalDiskMapFileProvider",
    "factor-file-provider": "QuantConnect.Data.Auxiliary.LocalDiskFactorFileProvider",
    "data-provider": "QuantConnect.Lean.Engine.DataFeeds.DefaultDataProvider",
    "data-channel-provider": "DataChannelProvider",
    "object-store": "QuantConnect.Lean.Engine.Storage.LocalObjectStore",
    "data-aggregator": "QuantConnect.Lean.Engine.DataFeeds.AggregationManager",
}
BACKTESTING: dict[str, object] = {
    "live-mode": False,
    "setup-handler": "QuantConnect.Lean.Engine.Setup.BacktestingSetupHandler",
    "result-handler": "QuantConnect.Lean.Engine.Results.BacktestingResultHandler",
    "data-feed-handler": "QuantConnect.Lean.Engine.DataFeeds.FileSystemDataFeed",
    "real-time-handler": "QuantConnect.Lean.Engine.RealTime.BacktestingRealTimeHandler",
    "history-provider": [
        "QuantConnect.Lean.Engine.HistoricalData.SubscriptionDataReaderHistoryProvider"
    ],
    "transaction-handler": (
        "QuantConnect.Lean.Engine.TransactionHandlers.BacktestingTransactionHandler"
    ),
}


def algorithm_class(source: Path) -> str:
    """The name of the one class in the file that derives from QCAlgorithm.

    Raises LaunchError where the file is missing, is no Python, or has none or several of them.
    """
    try:
        module = ast.parse(source.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as problem:
        raise LaunchError(f"Cannot read the algorithm {source}: {problem}") from problem
    found = [
        node.name
        for node in module.body
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).split(".")[-1] == "QCAlgorithm" for base in node.bases)
    ]
    if len(found) != 1:
        names = ", ".join(found) or "none"
        raise LaunchError(
            f"{source} must define exactly one class derived from QCAlgorithm; found: {names}"
        )
    return found[0]


def project_parameters(project: Path) -> dict[str, str]:
    """The `parameters` of the project's config.json; LaunchError where they are no strings."""
    path = project / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise LaunchError(f"Cannot read the project file {path}: {problem}") from problem
    parameters = config.get("parameters", {}) if isinstance(config, dict) else None
    if not isinstance(parameters, dict) or any(
        not isinstance(value, str) for value in parameters.values()
    ):
        raise LaunchError(f"The parameters in {path} must be an object of strings")
    return parameters


def build_config(project: Path, data: Path, launcher: Path, results: Path) -> dict[str, object]:
    """LEAN's launcher configuration for one backtest of the project's main.py.

    The folders become absolute, for LEAN runs in its own. The run's id, which names LEAN's result
    files, is the digits of the results folder; it stands under `id` too, where the LEAN CLI has it.
    """
    run_id = "".join(filter(str.isdigit, results.name))
    return {
        "id": run_id,
        "algorithm-id": run_id,
        "backtest-name": results.name,
        "environment": "backtesting",
        "environments": {"backtesting": dict(BACKTESTING)},
        "algorithm-language": "Python",
        "algorithm-location": str((project / "main.py").resolve()),
        "algorithm-type-name": algorithm_class(project / "main.py"),
        "parameters": project_parameters(project),
        "data-folder": str(data.resolve()),
        "results-destination-folder": str(results.resolve()),
        "object-store-root": str((project / "storage").resolve()),
        "composer-dll-directory": str(launcher.resolve()),
        "close-automatically": True,
        "debugging": False,
        **HANDLERS,
    }
