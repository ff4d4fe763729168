package countersign.quality_test

import data.countersign.fixtures
import data.countersign.quality

terms_of(environment) := terms if {
	terms := quality.terms with input as fixtures.with_fields({"environment": environment})
}

test_production_asks_for_most if {
	terms_of("PRODUCTION") == {"unattended": 80, "least": 60}
	terms_of("STAGING") == {"unattended": 60, "least": 40}
	terms_of("DEVELOPMENT") == {"unattended": 0, "least": 0}
}

test_terms_are_data if {
	own := {"PRODUCTION": {"unattended": 90, "least": 70}}
	quality.terms == own.PRODUCTION with input as fixtures.in_production({}) with data.settings.quality as own
	quality.terms == {"unattended": 60, "least": 40} with data.settings.quality as own
		with input as fixtures.with_fields({"environment": "STAGING"})
}
