using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dispatch.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class MoveMarks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "MoveMarks",
                columns: table => new
                {
                    MoveId = table.Column<byte[]>(type: "binary(16)", nullable: false),
                    Role = table.Column<string>(type: "nvarchar(6)", maxLength: 6, nullable: false),
                    RunId = table.Column<byte[]>(type: "binary(16)", nullable: false),
                    StartedAt = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MoveMarks", x => new { x.MoveId, x.Role });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "MoveMarks");
        }
    }
}
