# What several rules ask of a plan.
package countersign.plan

# Every step that can change something.
changes := [step | some step in input.steps; is_change(step)]

is_change(step) if step.category != "READ"

# A secret that is read with is used.
is_change(step) if {
	some target in step.targets
	target.kind == "secret"
}

environment_name := lower(input.environment)

# "step build" or "steps a, b, c and 4 more": sorted, and short whatever the size of the plan.
named(steps) := sprintf("step %s", [steps[0].name]) if count(steps) == 1

named(steps) := sprintf("steps %s", [concat(", ", names)]) if {
	count(steps) in {2, 3}
	names := sort([step.name | some step in steps])
}

named(steps) := sprintf("steps %s and %d more", [concat(", ", array.slice(names, 0, 3)), count(names) - 3]) if {
	count(steps) > 3
	names := sort([step.name | some step in steps])
}
