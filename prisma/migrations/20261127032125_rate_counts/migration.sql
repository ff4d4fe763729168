-- CreateTable
CREATE TABLE "rate_count" (
    "name" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "taken" INTEGER NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rate_count_pkey" PRIMARY KEY ("name","key")
);
