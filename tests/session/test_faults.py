"""What a client is told of an error."""

from ipam_progress.contracts import (
    IpamExceptionData,
    IpamExceptionId,
    IpamGenericExceptionData,
)
from ipam_progress.session.faults import IpamError, exception_of

DENIED = IpamExceptionId.IpamApiAccessDenied
NOT_FOUND = IpamExceptionId.IpamApiObjectNotFound


def test_identifier_and_text():
    error = IpamError(DENIED, "no")
    assert str(error) == "no"
    told = error.to_contract()
    assert told.IpamExceptionData == IpamExceptionData(ExceptionId=DENIED, ExceptionMessage="no")
    assert told.InnerIpamException is None


def test_data_of_its_own_is_completed_and_left_alone():
    data = IpamGenericExceptionData()
    told = IpamError(DENIED, "no", data=data).to_contract().IpamExceptionData
    assert isinstance(told, IpamGenericExceptionData)
    assert (told.ExceptionId, told.ExceptionMessage) == (DENIED, "no")
    assert (data.ExceptionId, data.ExceptionMessage) == (IpamExceptionId.None_, None)


def test_data_that_says_more_counts():
    data = IpamExceptionData(ExceptionId=NOT_FOUND, ExceptionMessage="gone")
    told = IpamError(DENIED, "no", data=data).to_contract().IpamExceptionData
    assert (told.ExceptionId, told.ExceptionMessage) == (NOT_FOUND, "gone")


def test_causes_go_along():
    first, second = IpamError(NOT_FOUND, "first"), IpamError(NOT_FOUND, "second")
    third = IpamError(DENIED, "third")
    third.__cause__, second.__cause__, first.__cause__ = second, first, KeyError("hidden")
    told = third.to_contract()
    texts = []
    while told is not None:
        texts.append(told.IpamExceptionData.ExceptionMessage)
        told = told.InnerIpamException
    assert texts == ["third", "second", "first"]


def test_a_ring_of_causes_has_an_end():
    first, second = IpamError(NOT_FOUND, "first"), IpamError(NOT_FOUND, "second")
    first.__cause__, second.__cause__ = second, first
    told = first.to_contract()
    assert told.InnerIpamException.InnerIpamException is None


def test_the_text_of_other_exceptions_is_kept_back():
    told = exception_of(RuntimeError("secret"), "The operation").IpamExceptionData
    assert told.ExceptionId is IpamExceptionId.IpamApiGenericErrorOccurred
    assert told.ExceptionMessage == "The operation failed; the log of the server says why."


def test_an_ipam_error_is_told_as_it_is():
    told = exception_of(IpamError(DENIED, "no"), "The operation").IpamExceptionData
    assert told.ExceptionMessage == "no"
