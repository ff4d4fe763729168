# What the rules are, in plain words, each with a plan that it must speak about. Nothing is decided here: the server
# tells of the rules by it, and asks a bundle about its own examples before anybody publishes it.
package countersign.catalogue

rules := [object.union(rule, {"example": {
	"input": object.union(plan, rule.example.input),
	"settings": object.get(rule.example, "settings", {}),
}}) |
	some rule in described
]

none := {"READ": 0, "WRITE": 0, "DEPLOY": 0, "ROLLBACK": 0}

step := {
	"name": "change",
	"ordinal": 0,
	"phase": 0,
	"phaseName": null,
	"actionType": "example.act",
	"version": 1,
	"platform": "example",
	"category": "WRITE",
	"idempotency": "NATIVE_KEY",
	"reversible": true,
	"network": "INTERNAL",
	"targets": [{"kind": "thing", "name": "one"}],
	"params": {},
	"precondition": null,
	"isGate": false,
}

plan := {
	"tenantId": "example",
	"requester": {"type": "AGENT", "roles": ["SUBMITTER"], "name": "example"},
	"environment": "PRODUCTION",
	"mode": "APPLY",
	"priority": "NORMAL",
	"hasJustification": true,
	"risk": "LOW",
	"requiresApproval": false,
	"counts": {"steps": 1, "targets": object.union(none, {"WRITE": 1})},
	"phases": [{"ordinal": 0, "name": null, "steps": 1, "gates": 0, "targets": object.union(none, {"WRITE": 1})}],
	"steps": [step],
	"now": "2026-11-27T09:30:00Z",
}

# A plan of one step with these fields, and of several.
one(fields) := {"steps": [object.union(step, fields)]}

steps(parts) := {"steps": [object.union(step, object.union({"name": sprintf("s%d", [i]), "ordinal": i}, part)) |
	some i, part in parts
]}

deploys(n) := object.union(none, {"DEPLOY": n})

# A rollout to so many targets in one phase of no name.
rollout(n) := {
	"counts": {"steps": n, "targets": deploys(n)},
	"phases": [{"ordinal": 0, "name": null, "steps": n, "gates": 0, "targets": deploys(n)}],
}

described := [
	{
		"rule": "hard_approval.action_type", "kind": "HARD",
		"description": "These kinds of action are approved by a person every time, whatever the environment or risk.",
		"example": {"input": {}, "settings": {"hardApproval": {"actionTypes": ["example.act"]}}},
	},
	{
		"rule": "hard_approval.given_param", "kind": "HARD",
		"description": "An action that is given one of these params is approved by a person every time.",
		"example": {
			"input": one({"params": {"permissions": []}}),
			"settings": {"hardApproval": {"givenParams": {"example.act": ["permissions"]}}},
		},
	},
	{
		"rule": "environment.forbidden_action", "kind": "DENY",
		"description": "These kinds of action never run in this environment.",
		"example": {"input": {}, "settings": {"environments": {"PRODUCTION": {"forbiddenActionTypes": ["example.act"]}}}},
	},
	{
		"rule": "provenance.outside_content", "kind": "ASK",
		"description": "A change that rests on content from outside is approved by a person.",
		"example": {"input": {"sources": [{"kind": "MAIL", "trust": "OUTSIDE"}]}},
	},
	{
		"rule": "environment.justification_missing", "kind": "ASK",
		"description": "A change that gives no justification is approved by a person where this environment expects one.",
		"example": {
			"input": {"hasJustification": false},
			"settings": {"environments": {"PRODUCTION": {"isJustificationExpected": true}}},
		},
	},
	{
		"rule": "environment.justification_required", "kind": "DENY",
		"description": "An action of these categories gives a justification, or does not run in this environment.",
		"example": {
			"input": {"hasJustification": false},
			"settings": {"environments": {"PRODUCTION": {"justificationRequiredFor": ["WRITE"]}}},
		},
	},
	{
		"rule": "params.forbidden_value", "kind": "DENY",
		"description": "A param of an action does not have one of these values, nor begin with one of these texts.",
		"example": {
			"input": one({"params": {"place": "kube-system"}}),
			"settings": {"params": {"example.act": {"place": {"forbidden": ["kube-system"]}}}},
		},
	},
	{
		"rule": "params.too_much", "kind": "DENY",
		"description": "A number that an action asks for is not above what this environment allows.",
		"example": {
			"input": one({"params": {"replicas": 11}}),
			"settings": {"params": {"example.act": {"replicas": {"most": {"PRODUCTION": 10}}}}},
		},
	},
	{
		"rule": "params.missing_value", "kind": "DENY",
		"description": "A param that has limits is given.",
		"example": {"input": {}, "settings": {"params": {"example.act": {"place": {"forbidden": []}}}}},
	},
	{
		"rule": "production_safety.canary_first", "kind": "DENY",
		"description": "A rollout of production to several targets starts with the canary phase.",
		"example": {"input": rollout(4)},
	},
	{
		"rule": "production_safety.batch_limit", "kind": "DENY",
		"description": "No phase of a production rollout changes more than this share of its targets at once.",
		"example": {"input": rollout(4), "settings": {"production": {"maxBatchPercent": 20}}},
	},
	{
		"rule": "production_safety.irreversible_change", "kind": "ASK",
		"description": "A change of production that cannot be undone is approved by a person.",
		"example": {"input": one({"reversible": false})},
	},
	{
		"rule": "production_safety.internet_change", "kind": "ASK",
		"description": "A change of production that reaches the internet is approved by a person.",
		"example": {"input": one({"network": "INTERNET"})},
	},
	{
		"rule": "production_safety.rollback_criteria", "kind": "ASK",
		"description": "A production rollout whose phases have no gate is approved by a person.",
		"example": {"input": rollout(2)},
	},
	{
		"rule": "image_safety.floating_tag", "kind": "DENY",
		"description": "An image is not named by a tag that may be another image tomorrow.",
		"example": {
			"input": one({"params": {"image": "shop:latest"}}),
			"settings": {"images": {"params": {"example.act": ["image"]}, "floatingTags": ["latest"], "fixedIn": ["PRODUCTION"]}},
		},
	},
	{
		"rule": "image_safety.digest_missing", "kind": "DENY",
		"description": "An image is named by its digest in these environments.",
		"example": {
			"input": one({"params": {"image": "shop:1.0"}}),
			"settings": {"images": {"params": {"example.act": ["image"]}, "digestIn": ["PRODUCTION"]}},
		},
	},
	{
		"rule": "image_safety.unknown_registry", "kind": "DENY",
		"description": "An image comes from one of the registries that the data names.",
		"example": {
			"input": one({"params": {"image": "elsewhere/shop:1.0"}}),
			"settings": {"images": {"params": {"example.act": ["image"]}, "registries": ["registry.example/"]}},
		},
	},
	{
		"rule": "sop_safety.too_many_changes", "kind": "DENY",
		"description": "One procedure makes no more changes than this environment allows.",
		"example": {"input": steps([{}, {}]), "settings": {"procedures": {"maxChanges": {"PRODUCTION": 1}}}},
	},
	{
		"rule": "sop_safety.action_budget", "kind": "DENY",
		"description": "One procedure uses a kind of action no more often than its budget in this environment.",
		"example": {
			"input": steps([{}, {}]),
			"settings": {"procedures": {"budgets": {"example.act": {"PRODUCTION": 1}}}},
		},
	},
	{
		"rule": "sop_safety.irreversible_before_others", "kind": "ASK",
		"description": "What cannot be undone comes last in a procedure of production, or a person approves it.",
		"example": {"input": steps([{"reversible": false}, {}])},
	},
	{
		"rule": "terraform_safety.destroys_too_much", "kind": "DENY",
		"description": "One apply of Terraform destroys no more resources than this environment allows.",
		"example": {
			"input": one({"actionType": "terraform.apply", "precondition": {"added": 0, "changed": 0, "destroyed": 2}}),
			"settings": {"terraform": {"maxDestroyed": {"PRODUCTION": 1}}},
		},
	},
	{
		"rule": "terraform_safety.changes_too_much", "kind": "DENY",
		"description": "One apply of Terraform touches no more resources than this environment allows.",
		"example": {
			"input": one({"actionType": "terraform.apply", "precondition": {"added": 2, "changed": 0, "destroyed": 0}}),
			"settings": {"terraform": {"maxChanged": {"PRODUCTION": 1}}},
		},
	},
	{
		"rule": "terraform_safety.not_counted", "kind": "DENY",
		"description": "An apply of Terraform says how much it would change.",
		"example": {"input": one({"actionType": "terraform.apply"})},
	},
	{
		"rule": "terraform_safety.destroys", "kind": "ASK",
		"description": "An apply of Terraform that destroys anything is approved by a person.",
		"example": {"input": one({
			"actionType": "terraform.apply",
			"precondition": {"added": 0, "changed": 0, "destroyed": 1},
		})},
	},
	{
		"rule": "change_freeze.weekday", "kind": "HOLD",
		"description": "Changes wait on these days of the week.",
		"example": {"input": {}, "settings": {"time": {"roundedToMs": 60000, "freezes": [{
			"message": "No change of production on Fridays.",
			"environments": ["PRODUCTION"],
			"weekdays": ["Friday"],
			"timeZone": "UTC",
		}]}}},
	},
	{
		"rule": "change_freeze.period", "kind": "HOLD",
		"description": "Changes wait while this period lasts.",
		"example": {"input": {}, "settings": {"time": {"roundedToMs": 60000, "freezes": [{
			"message": "The books are being closed.",
			"environments": ["PRODUCTION"],
			"from": "2026-11-27T00:00:00Z",
			"until": "2026-11-28T00:00:00Z",
		}]}}},
	},
	{
		"rule": "quorum.several_people", "kind": "ASK",
		"description": "Where the terms of an approval ask for several people, they are asked whatever the autonomy.",
		"example": {
			"input": {"risk": "HIGH"},
			"settings": {"approval": {"environments": {"PRODUCTION": {"risks": {"HIGH": {"required": 2, "stages": []}}}}}},
		},
	},
	{
		"rule": "quorum.groups", "kind": "ASK",
		"description": "Where the terms of an approval name groups, they are asked whatever the autonomy.",
		"example": {
			"input": {"risk": "HIGH"},
			"settings": {"approval": {"environments": {"PRODUCTION": {"risks": {"HIGH": {"stages": [{
				"name": "Leads",
				"needs": [{"group": "leads", "required": 1}],
			}]}}}}}},
		},
	},
]
