"""The vendors' own SDKs find nothing strange here, and make one request where they say so."""

import base64
import io
import wave

import pytest
from pydantic import BaseModel, SecretStr


class Hook(BaseModel):
    title: str
    hook: str


@pytest.fixture
def google(play):
    from google import genai

    played = play()
    options = genai.types.HttpOptions(
        base_url=f"{played.url}/gemini",
        httpx_async_client=played.http,
        retry_options=genai.types.HttpRetryOptions(attempts=1),
        timeout=30_000,
    )
    client = genai.Client(vertexai=False, api_key="simulator", http_options=options)
    return played, client, genai.types


@pytest.fixture
def elevenlabs(play):
    from elevenlabs.client import AsyncElevenLabs

    played = play()
    url = f"{played.url}/elevenlabs"
    return played, AsyncElevenLabs(api_key="simulator", base_url=url, httpx_client=played.http)


async def test_google_genai_draws(google):
    played, client, types = google
    reply = await client.aio.models.generate_content(
        model="gemini-nano-banana-2.1",
        contents=["A bee hero, morning light"],
        config=types.GenerateContentConfig(
            response_modalities=["IMAGE"],
            automatic_continuation=False,
            image_config=types.ImageConfig(aspect_ratio="9:16", image_size="1K"),
            thinking_config=types.ThinkingConfig(thinking_level="minimal"),
        ),
    )
    picture = reply.parts[0].inline_data
    assert (picture.mime_type, picture.data[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert reply.usage_metadata.candidates_tokens_details[0].token_count == 1120
    assert len(played.bill) == 1


async def test_google_genai_speaks(google):
    _, client, types = google
    voice = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name="Kore"))
    reply = await client.aio.models.generate_content(
        model="gemini-3.8-flash-lite-tts",
        contents="Bees dance in the dark.",
        config=types.GenerateContentConfig(
            response_modalities=["AUDIO"],
            speech_config=types.SpeechConfig(voice_config=voice),
            automatic_continuation=False,
        ),
    )
    sound = reply.parts[0].inline_data
    assert (sound.mime_type, sound.data[:4]) == ("audio/wav", b"RIFF")
    assert len(sound.data) / 48_000 > 0.8


async def test_google_genai_sees_errors_and_refusals(google):
    from google.genai import errors

    played, client, types = google
    with pytest.raises(errors.ClientError) as gone:
        await client.aio.models.generate_content(model="gemini-2.5-flash", contents="x")
    assert (gone.value.code, gone.value.status) == (404, "NOT_FOUND")
    played.sim.set("refuse=IMAGE_RECITATION", played.name)
    config = types.GenerateContentConfig(response_modalities=["IMAGE"])
    reply = await client.aio.models.generate_content(
        model="gemini-nano-banana-2.1", contents="x", config=config
    )
    assert reply.parts is None
    assert reply.candidates[0].finish_reason.name == "IMAGE_RECITATION"


async def test_google_genai_runs_a_batch(google):
    _, client, types = google
    config = types.GenerateContentConfig(response_modalities=["IMAGE"])
    inlined = types.InlinedRequest(contents="A bee", metadata={"key": "one"}, config=config)
    job = await client.aio.batches.create(
        model="gemini-nano-banana-2.1", src=[inlined], config={"display_name": "scenes"}
    )
    while job.state.name in ("JOB_STATE_PENDING", "JOB_STATE_RUNNING"):
        job = await client.aio.batches.get(name=job.name)
    assert job.state.name == "JOB_STATE_SUCCEEDED"
    assert job.dest.inlined_responses[0].response.parts[0].inline_data.data[:3] == b"\xff\xd8\xff"


async def test_google_genai_lists_models(google):
    _, client, _ = google
    names = [model.name async for model in await client.aio.models.list()]
    assert "models/gemini-nano-banana-2.1" in names


async def test_langchain_writes_structured_output(google):
    from langchain_google_genai import ChatGoogleGenerativeAI

    played, client, _ = google
    chat = ChatGoogleGenerativeAI(
        model="gemini-3.1-flash-lite",
        api_key=SecretStr("simulator"),
        base_url=f"{played.url}/gemini",
        max_retries=1,
        timeout=30,
        thinking_level="minimal",
    )
    chat.client = client
    asked = chat.with_structured_output(Hook, include_raw=True)
    answer = await asked.ainvoke([("system", "You write shorts."), ("human", "Topic: clocks")])
    assert answer["raw"].response_metadata["finish_reason"] == "STOP"
    assert Hook.model_validate_json(answer["raw"].text).title == "Clocks"
    assert answer["raw"].usage_metadata["output_tokens"] > 0
    assert len(played.bill) == 1


async def test_elevenlabs_speaks_with_timestamps(elevenlabs):
    played, client = elevenlabs
    reply = await client.text_to_speech.with_raw_response.convert_with_timestamps(
        "SimBen0narrator00002",
        text="Bees dance in the dark.",
        model_id="eleven_multilingual_v2",
        output_format="pcm_24000",
        seed=7,
        previous_text="Look closely.",
        request_options={"max_retries": 0, "timeout_in_seconds": 30},
    )
    pcm = base64.b64decode(reply.data.audio_base_64)
    times = reply.data.alignment
    assert "".join(times.characters) == "Bees dance in the dark."
    assert times.character_end_times_seconds[-1] == pytest.approx(len(pcm) / 48_000, abs=0.01)
    assert reply.headers["character-cost"] == "12"
    assert len(played.bill) == 1


async def test_elevenlabs_errors_are_its_sdks_own(elevenlabs):
    from elevenlabs.core.api_error import ApiError

    _, client = elevenlabs
    with pytest.raises(ApiError) as refused:
        await client.text_to_speech.convert_with_timestamps(
            "nobody", text="x", request_options={"max_retries": 0}
        )
    assert refused.value.status_code == 404
    assert refused.value.body["detail"]["code"] == "voice_not_found"


async def test_elevenlabs_lists_voices_models_and_the_account(elevenlabs):
    _, client = elevenlabs
    page = await client.voices.search(page_size=100)
    assert page.voices[0].labels["language"] == "en"
    assert page.voices[0].verified_languages[0].language == "en"
    assert {model.model_id for model in await client.models.list()} >= {"eleven_v3", "eleven_v4"}
    assert (await client.user.subscription.get()).character_limit == 10_000_000


async def test_elevenlabs_aligns_by_force(elevenlabs):
    _, client = elevenlabs
    voice = "SimAda0narrator00001"
    text = "Bees dance in the dark."
    spoken = await client.text_to_speech.convert_with_timestamps(
        voice, text=text, output_format="wav_24000"
    )
    file = io.BytesIO(base64.b64decode(spoken.audio_base_64))
    with wave.open(file) as sound:
        seconds = sound.getnframes() / 24_000
    file.seek(0)
    aligned = await client.forced_alignment.create(file=file, text=text)
    assert [word.text for word in aligned.words] == text.split()
    assert 0 <= aligned.words[0].start < aligned.words[-1].end <= seconds + 0.001
