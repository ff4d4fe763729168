package countersign.change_freeze_test

import data.countersign
import data.countersign.change_freeze
import data.countersign.fixtures

no_fridays := {
	"message": "No change of production on Fridays.",
	"environments": ["PRODUCTION"],
	"weekdays": ["Friday"],
	"timeZone": "Europe/Berlin",
}

year_end := {
	"message": "The books are being closed.",
	"environments": ["STAGING", "PRODUCTION"],
	"from": "2026-12-31T12:00:00+01:00",
	"until": "2027-01-02T06:00:00Z",
}

holds(plan, freezes) := {finding |
	some finding in change_freeze.hold with input as plan
		with data.settings.time as {"roundedToMs": 60000, "freezes": freezes}
}

held(until) := {{
	"rule": "change_freeze.weekday",
	"message": "No change of production on Fridays.",
	"until": until,
}}

closed := {{
	"rule": "change_freeze.period",
	"message": "The books are being closed.",
	"until": "2027-01-02T06:00:00Z",
}}

test_a_change_on_a_friday_waits_until_it_is_over if {
	holds(fixtures.in_production({"now": "2026-11-27T09:30:00Z"}), [no_fridays]) == held("2026-11-27T23:00:00Z")
}

test_a_day_is_that_of_its_time_zone if {
	holds(fixtures.in_production({"now": "2026-11-26T23:00:00Z"}), [no_fridays]) == held("2026-11-27T23:00:00Z")
	holds(fixtures.in_production({"now": "2026-07-24T21:59:00Z"}), [no_fridays]) == held("2026-07-24T22:00:00Z")
	holds(fixtures.in_production({"now": "2026-11-27T23:00:00Z"}), [no_fridays]) == set()
	holds(fixtures.in_production({"now": "2026-11-26T22:59:00Z"}), [no_fridays]) == set()
}

test_other_environments_go_on if {
	holds(fixtures.with_fields({"now": "2026-11-27T09:30:00Z"}), [no_fridays]) == set()
}

test_reading_goes_on if {
	reading := object.union(fixtures.with_step({"category": "READ"}), {
		"environment": "PRODUCTION",
		"now": "2026-11-27T09:30:00Z",
	})
	holds(reading, [no_fridays]) == set()
}

test_a_period_holds_from_its_beginning_to_its_end if {
	holds(fixtures.in_production({"now": "2026-12-31T10:59:00Z"}), [year_end]) == set()
	holds(fixtures.in_production({"now": "2026-12-31T11:00:00Z"}), [year_end]) == closed
	holds(fixtures.in_production({"now": "2027-01-02T05:59:00Z"}), [year_end]) == closed
	holds(fixtures.in_production({"now": "2027-01-02T06:00:00Z"}), [year_end]) == set()
}

test_the_decision_says_so if {
	decision := countersign.decision with input as fixtures.in_production({"now": "2026-12-31T11:00:00Z"})
		with data.settings.time as {"roundedToMs": 60000, "freezes": [year_end, no_fridays]}
	decision.hold == [finding | some finding in closed]
	decision.deny == []
}

test_without_freezes_nothing_needs_the_time if {
	countersign.decision.hold == [] with input as fixtures.in_production({})
}

test_what_cannot_tell_the_time_is_undefined if {
	settings := {"roundedToMs": 60000, "freezes": [no_fridays]}
	not countersign.decision with input as fixtures.in_production({}) with data.settings.time as settings
	at_noon := fixtures.in_production({"now": "2026-11-25T12:00:00Z"})
	countersign.decision with input as at_noon with data.settings.time as settings
	not countersign.decision with input as at_noon with data.settings.time as {"roundedToMs": 60000}
	every freeze in [
		object.union(no_fridays, {"timeZone": "Nowhere/Land"}),
		object.remove(no_fridays, ["environments"]),
		object.remove(no_fridays, ["message"]),
		object.remove(no_fridays, ["weekdays"]),
		object.union(year_end, {"from": "soon"}),
		object.remove(year_end, ["until"]),
	] {
		not countersign.decision with input as at_noon
			with data.settings.time as {"roundedToMs": 60000, "freezes": [freeze]}
	}
}
