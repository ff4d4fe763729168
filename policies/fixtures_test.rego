# Plans that the tests start from.
package countersign.fixtures

none := {"READ": 0, "WRITE": 0, "DEPLOY": 0, "ROLLBACK": 0}

step := {
	"name": "notify",
	"ordinal": 0,
	"phase": 0,
	"phaseName": null,
	"actionType": "http.request",
	"version": 1,
	"platform": "http",
	"category": "WRITE",
	"idempotency": "NATIVE_KEY",
	"reversible": true,
	"network": "INTERNAL",
	"targets": [{"kind": "url", "name": "https://hooks.example/a"}],
	"params": {},
}

# A change of low risk by one step that nothing objects to.
harmless := {
	"tenantId": "t1",
	"requester": {"type": "AGENT", "roles": ["SUBMITTER"], "name": "builder"},
	"environment": "DEVELOPMENT",
	"mode": "APPLY",
	"priority": "NORMAL",
	"hasJustification": true,
	"risk": "LOW",
	"requiresApproval": false,
	"counts": {"steps": 1, "targets": object.union(none, {"WRITE": 1})},
	"phases": [{"ordinal": 0, "name": null, "steps": 1, "targets": object.union(none, {"WRITE": 1})}],
	"steps": [step],
}

with_fields(fields) := object.union(harmless, fields)

with_step(fields) := with_fields({"steps": [object.union(step, fields)]})

in_production(fields) := object.union(with_fields({"environment": "PRODUCTION"}), fields)

# A production rollout in phases of [name, targets].
rollout(phases) := in_production({
	"counts": {"steps": count(phases), "targets": deploys(sum([phase[1] | some phase in phases]))},
	"phases": [{"ordinal": i, "name": phase[0], "steps": 1, "targets": deploys(phase[1])} | some i, phase in phases],
})

deploys(n) := object.union(none, {"DEPLOY": n})
