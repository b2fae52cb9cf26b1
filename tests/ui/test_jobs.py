"""Uploads through the interface: each file has its own result."""

import io
import threading

import pytest

from index.index import Index
from ui.jobs import JOBS_KEPT, JOBS_WAITING, Inbox, Jobs, safe_name

ORDER = """石河县人民政府关于加强古树名木保护的通知
石政发〔2023〕9号

一、工作目标
到2027年，完成全县1300株古树名木的体检和挂牌。
二、责任分工
县林业局牵头，县财政局配合。
"""


def states(job):
    return [(file["source_name"], file["state"]) for file in job["files"]]


def test_an_uploaded_file_can_be_asked_about(own_client, add_files):
    job = add_files(own_client, ("石河古树.txt", ORDER.encode()))
    assert (job["state"], job["done"], job["total"]) == ("finished", 1, 1)
    assert states(job) == [("石河古树.txt", "added")]
    document_id = job["files"][0]["document_id"]
    assert own_client.get(f"/api/v1/documents/{document_id}/text").json()["text"] == ORDER
    body = {"question": "石河县到2027年要完成多少株古树名木的挂牌？"}
    answer = own_client.post("/api/v1/ask", json=body).json()
    assert "1300株" in answer["answer"]
    assert answer["citations"][0]["doc_id"] == document_id


def test_gb18030_text_is_read_as_text(own_client, add_files):
    job = add_files(own_client, ("石河古树.txt", ORDER.encode("gb18030")))
    document_id = job["files"][0]["document_id"]
    assert own_client.get(f"/api/v1/documents/{document_id}/text").json()["text"] == ORDER


def test_the_same_bytes_twice_are_unchanged(own_client, add_files):
    first = add_files(own_client, ("甲.txt", ORDER.encode()))
    second = add_files(own_client, ("乙.txt", ORDER.encode()))
    assert states(second) == [("乙.txt", "unchanged")]
    assert second["files"][0]["document_id"] == first["files"][0]["document_id"]
    assert own_client.get("/api/v1/documents").json()["total"] == 4


def test_a_refused_file_does_not_stop_the_others(own_client, add_files):
    job = add_files(
        own_client,
        ("图片.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00" + bytes(range(256))),
        ("空.txt", b""),
        ("石河古树.txt", ORDER.encode()),
        ("程序.exe", b"MZ"),
    )
    assert states(job) == [
        ("图片.txt", "refused"), ("空.txt", "refused"), ("石河古树.txt", "added"),
        ("程序.exe", "refused"),
    ]  # fmt: skip
    for file in job["files"]:
        assert (file["error"] is None) is (file["state"] == "added")
    assert own_client.get("/api/v1/documents").json()["total"] == 4


def test_a_file_over_the_limit_is_refused_alone(make_client, add_files):
    client = make_client(upload_file_mib=1)
    large = ("大.txt", "长".encode() * 400_000)
    job = add_files(client, large, ("石河古树.txt", ORDER.encode()))
    assert states(job) == [("大.txt", "refused"), ("石河古树.txt", "added")]
    assert "单个文件最多1 MiB" in job["files"][0]["error"]


def test_an_upload_over_the_total_is_413(make_client):
    client = make_client(upload_file_mib=1, upload_total_mib=1)
    files = [("files", (f"{i}.txt", b"a" * 900_000)) for i in range(3)]
    response = client.post("/api/v1/documents", files=files)
    assert response.status_code == 413
    assert client.get("/api/v1/documents").json()["total"] == 3


def test_too_many_files_are_413(make_client):
    client = make_client(upload_files=2)
    files = [("files", (f"{i}.txt", ORDER.encode())) for i in range(3)]
    response = client.post("/api/v1/documents", files=files)
    assert response.status_code == 413
    assert "一次最多2份" in response.json()["detail"]


def test_no_files_are_422(own_client):
    response = own_client.post("/api/v1/documents", data={"metadata": "{}"})
    assert response.status_code in (415, 422)
    boundary = {"content-type": "multipart/form-data; boundary=b"}
    empty = own_client.post("/api/v1/documents", content=b"--b--\r\n", headers=boundary)
    assert empty.status_code == 422
    assert empty.json()["errors"][0]["field"] == "files"


def test_metadata_sent_along_overrides_what_the_text_says(own_client, add_files):
    metadata = '{"title": "古树保护通知", "date_written": "2023-04-05", "period": [2023, 2027]}'
    job = add_files(own_client, ("a.txt", ORDER.encode()), metadata=metadata)
    detail = own_client.get(f"/api/v1/documents/{job['files'][0]['document_id']}").json()
    assert detail["title"] == "古树保护通知"
    assert detail["date_written"] == "2023-04-05"
    assert detail["period"] == [2023, 2027]


def test_metadata_by_file_name_goes_to_its_file(own_client, add_files):
    other = ORDER.replace("石河县", "白沙县")
    job = add_files(
        own_client,
        ("a.txt", ORDER.encode()),
        ("b.txt", other.encode()),
        metadata='{"b.txt": {"title": "另一份"}}',
    )
    titles = {
        own_client.get(f"/api/v1/documents/{file['document_id']}").json()["title"]
        for file in job["files"]
    }
    assert "另一份" in titles
    assert len(titles) == 2


@pytest.mark.parametrize("metadata", ["{", "[]", '{"colour": "红"}', '{"date_written": "昨天"}'])
def test_metadata_that_is_not_understood_is_422(own_client, metadata):
    files = [("files", ("a.txt", ORDER.encode()))]
    response = own_client.post("/api/v1/documents", files=files, data={"metadata": metadata})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "metadata"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\下载\\方案.docx", "方案.docx"),
        ("/绝对/路径.txt", "路径.txt"),
        ("带\r\n换行\0.txt", "带换行.txt"),
        ("..", "未命名"),
        ("", "未命名"),
        ("长" * 300 + ".txt", "长" * 196 + ".txt"),
    ],
)
def test_file_names_are_reduced_to_a_plain_name(given, kept):
    assert safe_name(given) == kept


def inbox_of(*texts):
    inbox = Inbox()
    for position, text in enumerate(texts):
        stream = io.BytesIO(text.encode())
        inbox.receive(f"{position}.txt", stream, file_bytes=10_000)
    return inbox


@pytest.fixture
def jobs(own_folder, encoder):
    with Index.open(own_folder, encoder) as index:
        made = Jobs(lambda: index)
        yield made
        made.stop()


def test_followers_see_a_job_to_its_end(jobs):
    job = jobs.submit(inbox_of(ORDER, ORDER))
    seen = list(jobs.follow(job.id))
    assert seen[-1].state == "finished"
    assert [result.state for result in seen[-1].files] == ["added", "unchanged"]
    done = [snapshot.done for snapshot in seen]
    assert done == sorted(done)


def test_an_unknown_job_has_no_followers_waiting(jobs):
    assert list(jobs.follow("0")) == []


def test_the_folder_of_a_job_is_deleted(jobs):
    inbox = inbox_of(ORDER)
    folder = inbox.folder.name
    job = jobs.submit(inbox)
    list(jobs.follow(job.id))
    jobs.stop()
    with pytest.raises(FileNotFoundError):
        open(f"{folder}/00000", encoding="utf-8")  # noqa: SIM115, PTH123


def test_a_stopped_service_takes_no_more_jobs(jobs):
    jobs.stop()
    assert jobs.submit(inbox_of(ORDER)) is None


def test_only_so_many_jobs_wait_and_are_remembered(jobs, monkeypatch):
    monkeypatch.setattr("ui.jobs.JOBS_KEPT", 2)
    first = jobs.submit(inbox_of(ORDER))
    list(jobs.follow(first.id))
    for _ in range(2):
        list(jobs.follow(jobs.submit(inbox_of(ORDER)).id))
    assert jobs.get(first.id) is None
    assert JOBS_KEPT > JOBS_WAITING


def test_an_unforeseen_error_is_told_and_logged(jobs, monkeypatch, caplog):
    def fail(*args, **options):
        raise RuntimeError("bug")

    monkeypatch.setattr(Index, "add", fail)
    job = jobs.submit(inbox_of(ORDER))
    (result,) = list(jobs.follow(job.id))[-1].files
    assert result.state == "refused"
    assert "未预料的错误" in result.error
    assert "bug" in caplog.text


def test_a_job_whose_reading_fails_is_told_and_the_next_one_runs(jobs, monkeypatch, caplog):
    def fail(*args, **options):
        raise OSError("no process can be started")

    with monkeypatch.context() as patch:
        patch.setattr("ui.jobs.ingest", fail)
        broken = list(jobs.follow(jobs.submit(inbox_of(ORDER)).id))[-1]
    assert (broken.state, broken.files[0].state) == ("finished", "refused")
    assert "未预料的错误" in broken.files[0].error
    assert "no process can be started" in caplog.text
    last = list(jobs.follow(jobs.submit(inbox_of(ORDER)).id))[-1]
    assert last.files[0].state == "added"


def test_a_job_still_waiting_when_the_service_stops_reads_nothing(jobs, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    read = []

    def slow(sources, **options):
        read.append(len(sources))
        begun.set()
        go_on.wait(60)
        yield from ()

    monkeypatch.setattr("ui.jobs.ingest", slow)
    jobs.submit(inbox_of())
    begun.wait(60)
    waiting = jobs.submit(inbox_of(ORDER))
    stopping = threading.Thread(target=jobs.stop)
    stopping.start()
    jobs._stopping.wait(60)
    go_on.set()
    stopping.join(60)
    assert jobs.get(waiting.id).state == "cancelled"
    assert read == [0]
