package countersign.terraform_safety_test

import data.countersign.fixtures
import data.countersign.terraform_safety

applied(environment, foreseen) := object.union(
	fixtures.with_step({"name": "apply", "actionType": "terraform.apply", "category": "DEPLOY", "precondition": foreseen}),
	{"environment": environment},
)

limits := {"maxDestroyed": {"PRODUCTION": 2}, "maxChanged": {"PRODUCTION": 10}}

denied(plan) := {finding.rule |
	some finding in terraform_safety.deny with input as plan with data.settings.terraform as limits
}

test_small_changes_pass if {
	denied(applied("PRODUCTION", {"added": 5, "changed": 3, "destroyed": 2})) == set()
}

test_destroying_much_is_denied if {
	denied(applied("PRODUCTION", {"added": 0, "changed": 0, "destroyed": 3})) == {"terraform_safety.destroys_too_much"}
	denied(applied("STAGING", {"added": 0, "changed": 0, "destroyed": 3})) == set()
}

test_changing_much_is_denied if {
	denied(applied("PRODUCTION", {"added": 9, "changed": 1, "destroyed": 1})) == {"terraform_safety.changes_too_much"}
}

test_what_is_not_counted_is_denied if {
	denied(applied("DEVELOPMENT", null)) == {"terraform_safety.not_counted"}
	denied(applied("DEVELOPMENT", {"added": 1, "changed": 0})) == {"terraform_safety.not_counted"}
}

test_destroying_anything_asks_a_person if {
	{finding.message | some finding in terraform_safety.require} == {"Step apply destroys 1 resources."} with input as applied("DEVELOPMENT", {"added": 1, "changed": 0, "destroyed": 1})
	count(terraform_safety.require) == 0 with input as applied("DEVELOPMENT", {"added": 1, "changed": 0, "destroyed": 0})
}

test_other_actions_are_silent if {
	denied(fixtures.in_production({})) == set()
}
