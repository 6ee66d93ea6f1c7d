from media.inspect import inspect_film


def test_a_good_film_passes(build, wanted):
    report = inspect_film(build(), wanted())
    assert report.findings == ()
    assert report.passed
    assert report.measurements["frame_rate"] == "30"
