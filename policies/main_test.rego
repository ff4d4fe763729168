package countersign_test

import data.countersign
import data.countersign.fixtures

test_a_harmless_change if {
	countersign.decision == {
		"deny": [],
		"hard": [],
		"require": [],
		"hold": [],
		"autonomyLevel": 4,
		"approval": {"required": 1, "expiresInMs": 3600000, "undoWindowMs": 10000, "startWithinMs": 900000, "stages": [], "rememberRejectionMs": 3600000, "remindAfterMs": [1800000], "escalation": null},
		"quality": {"unattended": 0, "least": 0},
	} with input as fixtures.harmless
}

test_what_a_grant_may_answer_is_data if {
	plan := object.union(fixtures.with_step({"reversible": false, "network": "INTERNET"}), {"environment": "PRODUCTION"})
	asked := {finding.rule: finding.isGrantable | some finding in countersign.decision.require} with input as plan
	asked == {"production_safety.internet_change": true, "production_safety.irreversible_change": false}
	every finding in countersign.decision.require {
		not finding.isGrantable
	} with input as plan
		with data.settings.grants as {"rules": []}
}

test_autonomy_levels if {
	levels := {"DEVELOPMENT": 4, "STAGING": 2, "PRODUCTION": 0}
	every name, level in levels {
		countersign.decision.autonomyLevel == level with input as fixtures.with_fields({"environment": name})
	}
}

test_findings_are_in_order if {
	steps := [
		object.union(fixtures.step, {"name": "push", "actionType": "robot.actuate", "reversible": false}),
		object.union(fixtures.step, {"name": "save", "actionType": "repo.commit", "network": "INTERNET"}),
	]
	plan := object.union(fixtures.rollout([["All", 5]]), {"steps": steps, "hasJustification": false, "risk": "HIGH"})
	decision := countersign.decision with input as plan
	[finding.rule | some finding in decision.deny] == ["production_safety.batch_limit", "production_safety.canary_first"]
	[finding.message | some finding in decision.hard] == [
		"repo.commit always needs a person's approval.",
		"robot.actuate always needs a person's approval.",
	]
	[finding.rule | some finding in decision.require] == [
		"environment.justification_missing",
		"production_safety.internet_change",
		"production_safety.irreversible_change",
		"production_safety.rollback_criteria",
		"quorum.several_people",
	]
}

test_every_environment_denies_what_it_forbids if {
	count(countersign.decision.deny) == 1 with input as fixtures.harmless
		with data.settings.environments.DEVELOPMENT.forbiddenActionTypes as ["http.request"]
}

test_the_mode_changes_nothing if {
	applied := countersign.decision with input as fixtures.harmless
	every mode in ["NOOP", "PLAN"] {
		countersign.decision == applied with input as fixtures.with_fields({"mode": mode})
	}
}

test_incomplete_input_is_undefined if {
	not countersign.decision with input as {}
	not countersign.decision with input as fixtures.with_fields({"environment": "ELSEWHERE"})
	every field in ["risk", "hasJustification", "counts", "phases", "steps"] {
		not countersign.decision with input as object.remove(fixtures.harmless, [field])
	}
	every field in ["name", "actionType", "category", "reversible", "network"] {
		step := object.remove(fixtures.step, [field])
		not countersign.decision with input as object.union(fixtures.harmless, {"steps": [step]})
	}
	not countersign.decision with input as fixtures.with_step({"category": "DESTROY"})
	every field in ["ordinal", "targets"] {
		phase := object.remove(fixtures.harmless.phases[0], [field])
		not countersign.decision with input as object.union(fixtures.harmless, {"phases": [phase]})
	}
}

test_incomplete_settings_are_undefined if {
	every path in [
		"/hardApproval/actionTypes",
		"/hardApproval/givenParams",
		"/environments/DEVELOPMENT/autonomyLevel",
		"/environments/DEVELOPMENT/forbiddenActionTypes",
		"/environments/DEVELOPMENT/isJustificationExpected",
		"/production/canaryPhaseName",
		"/production/maxBatchPercent",
		"/approval/default",
		"/approval/environments/DEVELOPMENT/risks",
	] {
		not countersign.decision with input as fixtures.harmless
			with data.settings as json.patch(data.settings, [{"op": "remove", "path": path}])
	}
}
