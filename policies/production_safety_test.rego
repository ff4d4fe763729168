package countersign.production_safety_test

import data.countersign.fixtures
import data.countersign.production_safety

denials(plan) := {finding.message |
	some finding in production_safety.deny with input as plan
}

requests(plan) := {finding.message |
	some finding in production_safety.require with input as plan
}

test_canary_and_small_batches_pass if {
	denials(fixtures.rollout([["Canary", 2], ["Wave 1", 4], ["Wave 2", 4], ["Wave 3", 4], ["Wave 4", 4], ["Wave 5", 2]])) == set()
}

test_the_first_phase_is_the_canary if {
	denials(fixtures.rollout([["Wave 1", 1], ["Canary", 1], ["Wave 2", 1]])) == {"A production rollout to 3 targets must start with a phase named Canary."}
}

test_a_phase_without_a_name_is_no_canary if {
	denials(fixtures.rollout([[null, 1], [null, 1]])) == {"A production rollout to 2 targets must start with a phase named Canary."}
}

test_a_phase_that_only_prepares_may_come_before_the_canary if {
	denials(fixtures.rollout([["Checks", 0], ["Canary", 1], ["Wave 1", 1]])) == set()
}

test_one_target_needs_no_canary if {
	denials(fixtures.rollout([[null, 1]])) == set()
}

test_batch_at_the_limit_passes if {
	denials(fixtures.rollout([["Canary", 20], ["Wave 1", 20], ["Wave 2", 20], ["Wave 3", 20], ["Wave 4", 20]])) == set()
}

test_batch_above_the_limit if {
	denials(fixtures.rollout([["Canary", 21], ["Wave 1", 20], ["Wave 2", 20], ["Wave 3", 20], ["Wave 4", 19]])) == {"Phase 0 (Canary) deploys to 21 of 100 targets at once; a production batch may hold at most 20 %."}
}

test_batch_without_a_name_above_the_limit if {
	denials(fixtures.rollout([["Canary", 1], [null, 9]])) == {"Phase 1 deploys to 9 of 10 targets at once; a production batch may hold at most 20 %."}
}

test_batches_of_one_pass_in_a_small_rollout if {
	denials(fixtures.rollout([["Canary", 1], ["Wave 1", 1], ["Wave 2", 1]])) == set()
}

test_thresholds_are_data if {
	plan := fixtures.rollout([["First", 5], ["Rest", 5]])
	count(production_safety.deny) == 0 with input as plan
		with data.settings.production as {"canaryPhaseName": "First", "maxBatchPercent": 50}
	count(production_safety.deny) == 2 with input as plan
		with data.settings.production as {"canaryPhaseName": "First", "maxBatchPercent": 49}
}

test_other_environments_roll_out_as_they_like if {
	every name in ["DEVELOPMENT", "STAGING"] {
		denials(object.union(fixtures.rollout([[null, 9]]), {"environment": name})) == set()
	}
}

test_irreversible_change if {
	plan := object.union(fixtures.with_step({"reversible": false}), {"environment": "PRODUCTION"})
	requests(plan) == {"http.request cannot be undone in production (step notify)."}
}

test_irreversible_changes_of_two_kinds if {
	steps := [
		object.union(fixtures.step, {"name": "b", "reversible": false}),
		object.union(fixtures.step, {"name": "a", "reversible": false}),
		object.union(fixtures.step, {"name": "c", "reversible": false, "actionType": "dns.update"}),
	]
	requests(fixtures.in_production({"steps": steps})) == {
		"http.request cannot be undone in production (steps a, b).",
		"dns.update cannot be undone in production (step c).",
	}
}

test_internet_change if {
	plan := object.union(fixtures.with_step({"network": "INTERNET"}), {"environment": "PRODUCTION"})
	requests(plan) == {"http.request changes production and reaches the internet (step notify)."}
}

test_a_rollout_needs_gates if {
	plan := fixtures.rollout([["Canary", 1], ["Wave 1", 1]])
	requests(plan) == {"2 of 2 phases of this production rollout have no gate: nothing says when to turn back."}
	watched := object.union(plan, {"phases": [object.union(phase, {"gates": 1}) | some phase in plan.phases]})
	requests(watched) == set()
}

test_reading_needs_nobody if {
	plan := object.union(
		fixtures.with_step({"category": "READ", "reversible": false, "network": "INTERNET"}),
		{"environment": "PRODUCTION"},
	)
	requests(plan) == set()
}

test_outside_production_needs_nobody if {
	requests(fixtures.with_step({"reversible": false, "network": "INTERNET"})) == set()
}
