"""What a short is about, as older programs wrote it down."""

from shortfactory.story import Topic


def test_an_order_of_an_older_program_leaves_effects_to_the_style():
    older = Topic(text="Why bees dance").model_dump(mode="json", exclude={"effects"})
    assert Topic.model_validate(older).effects == "auto"
    assert Topic(effects="off").told() == Topic().told()
