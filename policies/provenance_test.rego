package countersign.provenance_test

import data.countersign.fixtures
import data.countersign.provenance

mail := {"kind": "MAIL", "trust": "OUTSIDE"}

web := {"kind": "WEB", "trust": "OUTSIDE"}

own := {"kind": "FILE", "trust": "INTERNAL"}

asked(fields) := messages if {
	found := provenance.require with input as fixtures.with_fields(fields)
	messages := {one.message | some one in found}
}

test_a_change_that_rests_on_outside_content_asks_a_person if {
	asked({"sources": [web, mail, own]}) == {"The plan changes development and rests on content from outside: mail, web."}
}

test_what_is_from_inside_or_not_named_asks_nobody if {
	asked({"sources": [own]}) == set()
	asked({}) == set()
}

test_what_only_reads_asks_nobody if {
	reading := {"steps": [object.union(fixtures.step, {"category": "READ"})], "sources": [mail]}
	asked(reading) == set()
}
