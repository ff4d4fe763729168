package countersign.sop_safety_test

import data.countersign.fixtures
import data.countersign.sop_safety

steps(parts) := [object.union(object.union(fixtures.step, {"name": sprintf("s%d", [i]), "ordinal": i}), part) | some i, part in parts]

test_short_procedures_pass if {
	count(sop_safety.deny) == 0 with input as fixtures.in_production({"steps": steps([{}, {}])})
		with data.settings.procedures as {"maxChanges": {"PRODUCTION": 2}, "budgets": {"http.request": {"PRODUCTION": 2}}}
}

test_long_ones_are_denied if {
	{finding.message | some finding in sop_safety.deny} == {"The plan makes 3 changes; one procedure may make at most 2 in production."} with input as fixtures.in_production({"steps": steps([{}, {}, {}])})
		with data.settings.procedures as {"maxChanges": {"PRODUCTION": 2}, "budgets": {}}
}

test_reading_is_no_change if {
	count(sop_safety.deny) == 0 with input as fixtures.in_production({"steps": steps([{}, {"category": "READ"}])})
		with data.settings.procedures as {"maxChanges": {"PRODUCTION": 1}, "budgets": {}}
}

test_actions_have_budgets if {
	{finding.message | some finding in sop_safety.deny} == {"The plan uses http.request 2 times; its budget in production is 1."} with input as fixtures.in_production({"steps": steps([{}, {}])})
		with data.settings.procedures as {"maxChanges": {}, "budgets": {"http.request": {"PRODUCTION": 1}}}
}

test_what_cannot_be_undone_comes_last if {
	early := fixtures.in_production({"steps": steps([{"reversible": false}, {}])})
	{finding.message | some finding in sop_safety.require} == {"Changes come after what cannot be undone (step s0): where one of them fails, there is no way back."} with input as early
	count(sop_safety.require) == 0 with input as fixtures.in_production({"steps": steps([{}, {"reversible": false}])})
	count(sop_safety.require) == 0 with input as object.union(early, {"environment": "STAGING"})
}
