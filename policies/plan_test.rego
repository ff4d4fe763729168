package countersign.plan_test

import data.countersign.fixtures
import data.countersign.plan

steps(names) := [{"name": name} | some name in names]

test_names_are_sorted_and_few if {
	plan.named(steps(["a"])) == "step a"
	plan.named(steps(["b", "a"])) == "steps a, b"
	plan.named(steps(["c", "b", "a"])) == "steps a, b, c"
	plan.named(steps(["e", "d", "c", "b", "a"])) == "steps a, b, c and 2 more"
}

test_what_is_read_with_a_secret_uses_it if {
	reading := object.union(fixtures.step, {"category": "READ"})
	secret := object.union(reading, {"targets": [{"kind": "secret", "name": "live"}]})
	count(plan.changes) == 1 with input as fixtures.with_fields({"steps": [reading, secret]})
}
