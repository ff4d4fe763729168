package countersign.environment_test

import data.countersign.environment
import data.countersign.fixtures

test_nothing_is_forbidden_by_default if {
	every name in ["DEVELOPMENT", "STAGING", "PRODUCTION"] {
		count(environment.deny) == 0 with input as fixtures.with_fields({"environment": name})
	}
}

test_forbidden_action if {
	environment.deny == {{
		"rule": "environment.forbidden_action",
		"message": "http.request is forbidden in staging.",
		"facts": {"actionType": "http.request", "environment": "STAGING"},
	}} with input as fixtures.with_fields({"environment": "STAGING"})
		with data.settings.environments.STAGING.forbiddenActionTypes as ["http.request"]
}

test_forbidden_elsewhere_is_silent if {
	count(environment.deny) == 0 with input as fixtures.harmless
		with data.settings.environments.STAGING.forbiddenActionTypes as ["http.request"]
}

test_production_expects_a_justification if {
	environment.require == {{
		"rule": "environment.justification_missing",
		"message": "The plan changes production and gives no justification.",
		"facts": {"environment": "PRODUCTION", "changes": 1},
	}} with input as fixtures.in_production({"hasJustification": false})
}

test_a_justification_is_enough if {
	count(environment.require) == 0 with input as fixtures.in_production({})
}

test_reading_needs_no_justification if {
	reading := object.union(fixtures.with_step({"category": "READ"}), {
		"environment": "PRODUCTION",
		"hasJustification": false,
	})
	count(environment.require) == 0 with input as reading
}

test_development_expects_none if {
	count(environment.require) == 0 with input as fixtures.with_fields({"hasJustification": false})
}

test_categories_may_need_a_justification if {
	silent := fixtures.in_production({"hasJustification": false})
	terms := object.union(data.settings.environments.PRODUCTION, {"justificationRequiredFor": ["DEPLOY", "WRITE"]})
	{finding.message | some finding in environment.deny} == {"write in production needs a justification, and the plan gives none."} with input as silent
		with data.settings.environments.PRODUCTION as terms
	count(environment.deny) == 0 with input as fixtures.in_production({})
		with data.settings.environments.PRODUCTION as terms
	count(environment.deny) == 0 with input as silent
		with data.settings.environments.PRODUCTION as object.union(terms, {"justificationRequiredFor": ["DEPLOY"]})
	count(environment.deny) == 0 with input as silent
}
