"""Why a request was refused: every fault of it, the clause behind each, and the request as it should have been."""
