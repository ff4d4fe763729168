package countersign.plan_test

import data.countersign.plan

steps(names) := [{"name": name} | some name in names]

test_names_are_sorted_and_few if {
	plan.named(steps(["a"])) == "step a"
	plan.named(steps(["b", "a"])) == "steps a, b"
	plan.named(steps(["c", "b", "a"])) == "steps a, b, c"
	plan.named(steps(["e", "d", "c", "b", "a"])) == "steps a, b, c and 2 more"
}
