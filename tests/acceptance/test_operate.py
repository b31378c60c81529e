"""What an operator watches and scales with: Prometheus, Grafana, Kubernetes."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PROMETHEUS = ROOT / "deploy/prometheus"
# What the server tells at /metrics: docs/operations/observe.md has the table.
METRICS = {
    "shall_gate_passed",
    "http_server_request_duration_seconds",
    "mcp_server_operation_duration_seconds",
    "process_resident_memory_bytes",
    "shall_build_info",
    "shall_cases_total",
    "shall_connections",
    "shall_ready",
    "shall_runs_total",
    "up",  # Prometheus' own
}


def queries() -> list[str]:
    """Return every PromQL expression of the dashboard, its variable filled in."""
    board = json.loads((ROOT / "deploy/grafana/shall.json").read_text("utf-8"))
    found = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return [it.replace("$job", "shall") for it in found]


@pytest.mark.verifies("deploy#1.7")
def test_d51_promtool_accepts_the_configuration_and_the_alerts(run: Any, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    text = (PROMETHEUS / "prometheus.yml").read_text("utf-8")
    (tmp_path / "prometheus.yml").write_text(
        text.replace("/etc/prometheus/shall.token", str(tmp_path / "token"))
    )
    shutil.copy(PROMETHEUS / "alerts.yml", tmp_path)
    checked = run("promtool", "check", "config", tmp_path / "prometheus.yml")
    assert checked.returncode == 0, checked.stderr
    assert "6 rules found" in checked.stdout


@pytest.mark.verifies("deploy#1.7")
def test_d51_d53_each_alert_fires_on_what_it_describes(run: Any, tmp_path: Path) -> None:
    shutil.copy(PROMETHEUS / "alerts.yml", tmp_path)
    shutil.copy(HERE / "alerts_test.yml", tmp_path)
    tested = run("promtool", "test", "rules", tmp_path / "alerts_test.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_d51_the_queries_of_the_dashboard_are_ones(run: Any, tmp_path: Path) -> None:
    rules = [{"record": f"panel:{at}", "expr": it} for at, it in enumerate(queries())]
    assert len(rules) > 10
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), "utf-8")
    checked = run("promtool", "check", "rules", file)
    assert checked.returncode == 0, checked.stderr


def test_d51_alerts_and_dashboard_ask_for_metrics_of_the_server() -> None:
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    for query in [*queries(), *(rule["expr"] for rule in rules)]:
        names = {re.sub(r"_(bucket|count)$", "", it) for it in re.findall(r"([a-z_]+)\{", query)}
        assert names, query
        assert names <= METRICS, query


def manifests() -> list[dict[str, Any]]:
    files = sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
    return [it for file in files for it in yaml.safe_load_all(file.read_text("utf-8"))]


def manifest(kind: str) -> dict[str, Any]:
    [found] = [it for it in manifests() if it["kind"] == kind]
    return found


@pytest.mark.verifies("deploy#1.8")
@pytest.mark.parametrize(
    "kind",
    [
        "Deployment",
        "HorizontalPodAutoscaler",
        "NetworkPolicy",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "Service",
    ],
)
def test_d50_the_manifest_matches_the_schema_of_kubernetes(kind: str) -> None:
    document = manifest(kind)
    kubernetes_validate.validate(document, "1.37", strict=True)
    assert document["kind"] == kind


@pytest.mark.verifies("deploy#1.8")
def test_d50_a_field_that_kubernetes_does_not_know_would_be_found() -> None:
    odd = manifest("Deployment")
    odd["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(odd, "1.37", strict=True)


@pytest.mark.verifies("deploy#1.8")
def test_d50_d52_a_pod_writes_to_three_folders_as_nobody_special() -> None:
    pod = manifest("Deployment")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    paths = {it["mountPath"] for it in container["volumeMounts"]}
    assert paths == {"/app/specs", "/app/logs", "/tmp"}


def test_d50_d53_probes_and_selectors_agree() -> None:
    deployment, pod = manifest("Deployment"), manifest("Deployment")["spec"]["template"]
    [container] = pod["spec"]["containers"]
    asked = {
        name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")
    }
    assert {it["port"] for it in asked.values()} == {"http"}
    assert {name: it["path"] for name, it in asked.items()} == {
        "startup": "/health",
        "liveness": "/health",
        "readiness": "/ready",
    }
    labels = pod["metadata"]["labels"].items()
    selectors = (
        deployment["spec"]["selector"]["matchLabels"],
        manifest("Service")["spec"]["selector"],
        manifest("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        manifest("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    )
    assert all(it.items() <= labels for it in selectors)
    scaled = manifest("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"]
    assert scaled == deployment["metadata"]["name"]
