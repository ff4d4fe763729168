package countersign.quorum_test

import data.countersign.fixtures
import data.countersign.quorum

test_default_terms if {
	quorum.terms == {"required": 1, "expiresInMs": 3600000, "undoWindowMs": 10000, "startWithinMs": 900000, "stages": [], "rememberRejectionMs": 3600000, "remindAfterMs": [1800000], "escalation": null} with input as fixtures.harmless
}

test_high_risk_in_production_needs_two if {
	every risk in ["HIGH", "CRITICAL"] {
		quorum.terms.required == 2 with input as fixtures.in_production({"risk": risk})
	}
	every risk in ["LOW", "MEDIUM"] {
		quorum.terms.required == 1 with input as fixtures.in_production({"risk": risk})
	}
}

test_high_risk_elsewhere_needs_one if {
	every name in ["DEVELOPMENT", "STAGING"] {
		quorum.terms.required == 1 with input as fixtures.with_fields({"environment": name, "risk": "CRITICAL"})
	}
}

test_the_most_specific_word_wins_field_by_field if {
	quorum.terms == {"required": 3, "expiresInMs": 60000, "undoWindowMs": 0, "startWithinMs": 900000, "stages": [], "rememberRejectionMs": 3600000, "remindAfterMs": [1800000], "escalation": null} with input as fixtures.in_production({"risk": "HIGH"})
		with data.settings.approval.environments.PRODUCTION as {
			"default": {"required": 2, "undoWindowMs": 0},
			"risks": {"HIGH": {"required": 3, "expiresInMs": 60000}},
		}
}

test_several_people_are_asked_whatever_the_autonomy if {
	quorum.require == {{
		"rule": "quorum.several_people",
		"message": "A high-risk change of production needs 2 approvals.",
		"facts": {"risk": "HIGH", "environment": "PRODUCTION", "required": 2},
	}} with input as fixtures.in_production({"risk": "HIGH"})
}

test_one_person_is_left_to_autonomy if {
	count(quorum.require) == 0 with input as fixtures.in_production({})
}

test_reading_needs_nobody if {
	plan := object.union(fixtures.with_step({"category": "READ"}), {"environment": "PRODUCTION", "risk": "HIGH"})
	count(quorum.require) == 0 with input as plan
}

two_stages := [
	{"name": "Platform", "needs": [{"group": "platform-leads", "required": 1}, {"group": "security", "required": 1}]},
	{"name": "Anybody else", "needs": [{"group": null, "required": 1}]},
]

test_stages_say_how_many_people_they_are if {
	terms := quorum.terms with input as fixtures.in_production({})
		with data.settings.approval.environments.PRODUCTION as {"default": {"stages": two_stages}, "risks": {}}
	terms.required == 3
	terms.stages == two_stages
}

test_a_number_that_is_more_specific_takes_the_place_of_stages if {
	terms := quorum.terms with input as fixtures.in_production({"risk": "HIGH"})
		with data.settings.approval.environments.PRODUCTION as {
			"default": {"stages": two_stages},
			"risks": {"HIGH": {"required": 2}},
		}
	terms.required == 2
	terms.stages == []
}

test_a_group_is_asked_whatever_the_autonomy if {
	quorum.require == {{
		"rule": "quorum.groups",
		"message": "A low-risk change of development needs the approval of platform-leads.",
		"facts": {"groups": ["platform-leads"]},
	}} with input as fixtures.harmless
		with data.settings.approval.environments.DEVELOPMENT as {
			"default": {"stages": [{"name": "Leads", "needs": [{"group": "platform-leads", "required": 1}]}]},
			"risks": {},
		}
}
