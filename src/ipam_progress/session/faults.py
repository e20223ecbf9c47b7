"""`IpamError`: the exception whose text is made for the client.

Raised while a request is answered it becomes a SOAP fault with an IpamException detail
([MS-IPAMM2] 2.2.2.1); raised by a handler it becomes the ErrorInfo of the operation's final
status. Any other exception of a handler is told to the client as IpamApiGenericErrorOccurred
without its text. Knows nothing of SOAP.
"""

from copy import copy

from ipam_progress.contracts import IpamException, IpamExceptionData, IpamExceptionId
from ipam_progress.errors import IpamProgressError

__all__ = ["IpamError", "exception_of"]


class IpamError(IpamProgressError):
    """An error that the client is told, with its identifier and its text.

    Attributes:
        exception_id: What kind of error, one of the protocol's identifiers.
        message: The text that the client sees.
        data: More than identifier and text: an `IpamExceptionData` of a derived type. Its
            ExceptionId and ExceptionMessage are filled in where they were left empty.
    """

    def __init__(
        self,
        exception_id: IpamExceptionId,
        message: str,
        *,
        data: IpamExceptionData | None = None,
    ) -> None:
        super().__init__(message)
        self.exception_id = exception_id
        self.message = message
        self.data = data

    def to_contract(self) -> IpamException:
        """Make the object that travels ([MS-IPAMM2] 2.2.4.247).

        An `IpamError` that this one was raised ``from`` goes along as its InnerIpamException.
        """
        told = IpamException(IpamExceptionData=self._data_to_send())
        outer, error, seen = told, self.__cause__, {id(self)}
        while isinstance(error, IpamError) and id(error) not in seen:
            inner = IpamException(IpamExceptionData=error._data_to_send())  # noqa: SLF001 (ours)
            outer.InnerIpamException = inner
            seen.add(id(error))
            outer, error = inner, error.__cause__
        return told

    def _data_to_send(self) -> IpamExceptionData:
        if self.data is None:
            return IpamExceptionData(ExceptionId=self.exception_id, ExceptionMessage=self.message)
        data = copy(self.data)
        if data.ExceptionId is IpamExceptionId.None_:
            data.ExceptionId = self.exception_id
        if data.ExceptionMessage is None:
            data.ExceptionMessage = self.message
        return data


def exception_of(error: BaseException, what: str) -> IpamException:
    """Make the IpamException that tells a client of an error.

    Args:
        error: An `IpamError` is told as it is, any other exception only by `what` has failed.
        what: What failed, in words for the client: ``The operation``.
    """
    if not isinstance(error, IpamError):
        error = IpamError(
            IpamExceptionId.IpamApiGenericErrorOccurred,
            f"{what} failed; the log of the server says why.",
        )
    return error.to_contract()
