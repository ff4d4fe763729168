# When changes wait: the freezes that the settings name. What a freeze holds goes on once it is over.
package countersign.change_freeze

import data.countersign.plan

freezes := data.settings.time.freezes

now := time.parse_rfc3339_ns(input.now)

second := 1000000000

hold contains {"rule": "change_freeze.weekday", "message": freeze.message, "until": until} if {
	some freeze in applying
	time.weekday([now, freeze.timeZone]) in freeze.weekdays
	[h, m, s] := time.clock([now, freeze.timeZone])
	until := time.format(now + ((86400 - (((h * 3600) + (m * 60)) + s)) * second))
}

hold contains {"rule": "change_freeze.period", "message": freeze.message, "until": freeze.until} if {
	some freeze in applying
	time.parse_rfc3339_ns(freeze.from) <= now
	now < time.parse_rfc3339_ns(freeze.until)
}

applying contains freeze if {
	count(plan.changes) > 0
	some freeze in freezes
	input.environment in freeze.environments
}

# A rule that cannot tell the time is silent, so what it relies on is checked before it speaks.
is_readable if not data.settings.time

is_readable if {
	is_number(now)
	is_array(freezes)
	every freeze in freezes {
		is_array(freeze.environments)
		is_string(freeze.message)
		can_tell(freeze)
	}
}

can_tell(freeze) if {
	is_array(freeze.weekdays)
	is_string(time.weekday([now, freeze.timeZone]))
}

can_tell(freeze) if {
	is_number(time.parse_rfc3339_ns(freeze.from))
	is_number(time.parse_rfc3339_ns(freeze.until))
}
